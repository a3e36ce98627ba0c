import ApusCompute
import Testing

/// A net is listed as it runs, its branches indented.
@Suite("Table of layers")
struct LayerTableTests {
  private static func variable(
    _ name: String, _ shape: Shape, in graph: inout Graph
  ) throws -> Graph.NodeID {
    try graph.add(.variable(Variable(name: name, shape: shape)), [])
  }

  private static func dense(
    _ name: String, _ units: Int, of x: Graph.NodeID, in graph: inout Graph
  ) throws -> Graph.NodeID {
    let inputs = graph[x].shape.columns
    let weight = try variable("\(name).weight", .fixed(inputs, units), in: &graph)
    let bias = try variable("\(name).bias", .fixed(units), in: &graph)
    let product = try graph.add(.matmul(MatMul()), [x, weight])
    return try graph.add(.binary(.add), [product, bias])
  }

  @Test("branches, shared parts and nested forks stand in the order of the data")
  func branches() throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "features", shape: .batch(4)), [])
    let item = try graph.add(.columns(.slice(3..<4)), [x])
    let table = try Self.variable("layers.items.weight", .fixed(7, 2), in: &graph)
    let vector = try graph.add(.lookup(Lookup(.concatenate)), [item, table])
    let numbers = try graph.add(.columns(.slice(0..<3)), [x])
    let row = try graph.add(.columns(.concatenate), [numbers, vector])
    let deep = try graph.add(
      .activation(.relu), [try Self.dense("layers.deep", 6, of: row, in: &graph)])
    let twice = try graph.add(.binary(.add), [deep, deep])
    let inner = try Self.dense("layers.inner", 6, of: twice, in: &graph)
    let residual = try graph.add(.binary(.add), [twice, inner])
    let both = try graph.add(.columns(.concatenate), [residual, row])
    graph.outputs = [try Self.dense("layers", 1, of: both, in: &graph)]

    let found = LayerTable(
      graph, fields: [("pages", 0..<1), ("seconds", 1..<2), ("price", 2..<3), ("item", 3..<4)])
    let lines = found.lines.map { line in
      "\(line.number) \(line.depth) \(line.operation) \(line.shape) \(line.parameters)"
        + " \(line.operands) \(line.name)"
    }
    #expect(
      lines == [
        "1 0 input features rows x 4 0 [] ",
        "2 1 columns 0..<3 rows x 3 0 [1] pages, seconds, price",
        "3 1 columns 3..<4 rows x 1 0 [1] item",
        "4 1 embedding rows x 2 14 [3] layers.items",
        "5 0 concatenate rows x 5 0 [2, 4] ",
        "6 1 matmul + bias, relu rows x 6 36 [5] layers.deep",
        "7 1 add rows x 6 0 [6] ",
        "8 2 matmul + bias rows x 6 42 [7] layers.inner",
        "9 1 add rows x 6 0 [7, 8] ",
        "10 0 concatenate rows x 11 0 [5, 9] ",
        "11 0 matmul + bias rows x 1 12 [10] layers",
      ])
    #expect(found.parameters == 14 + 36 + 42 + 12)
  }

  @Test("what is made of parameters belongs to its reader, and each is counted once")
  func parameters() throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "features", shape: .batch(3)), [])
    let variance = try Self.variable("layers.0.variance", .fixed(3), in: &graph)
    let root = try graph.add(.inverseRoot(epsilon: 1), [variance])
    let scaled = try graph.add(.binary(.multiply), [x, root])
    graph.outputs = [try graph.add(.binary(.add), [scaled, variance])]
    let bias = try Self.variable("layers.0.bias", .fixed(3), in: &graph)
    graph.outputs = [try graph.add(.binary(.add), [graph.outputs[0], bias])]
    graph.outputs = [try Self.dense("layers.1", 2, of: graph.outputs[0], in: &graph)]
    let found = LayerTable(graph)
    #expect(
      found.lines.map(\.operation) == ["input features", "multiply, add, add", "matmul + bias"])
    #expect(found.lines.map(\.name) == ["", "layers.0", "layers.1"])
    #expect(found.lines.map(\.parameters) == [0, 6, 8])
    #expect(found.lines.map(\.depth) == [0, 0, 0])
    #expect(found.lines.map(\.operands) == [[], [1], [2]])
  }

  @Test("what is added to a trunk again and again is no deeper each time")
  func trunk() throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(3)), [])
    var result = x
    for layer in 0..<3 {
      let product = try Self.dense("layers.\(layer)", 3, of: result, in: &graph)
      let crossed = try graph.add(.binary(.multiply), [product, x])
      result = try graph.add(.binary(.add), [crossed, result])
    }
    graph.outputs = [result]
    let found = LayerTable(graph)
    #expect(found.lines.map(\.depth) == [0, 2, 1, 0, 2, 1, 0, 2, 1, 0])
    #expect(found.lines[9].operands == [7, 9])
  }

  @Test("two inputs that meet are branches, and many names are shortened")
  func inputs() throws {
    var graph = Graph()
    let a = try graph.add(.input(name: "a", shape: .batch(6)), [])
    let b = try graph.add(.input(name: "b", shape: .batch(5)), [])
    let first = try graph.add(.columns(.slice(1..<6)), [a])
    graph.outputs = [try graph.add(.binary(.add), [first, b])]
    let found = LayerTable(graph, fields: (0..<6).map { ("c\($0)", $0..<$0 + 1) })
    #expect(found.lines.map(\.depth) == [1, 1, 1, 0])
    #expect(found.lines[1].name == "c1, c2 and 3 more")
  }
}
