/// A net as a table: a line for each thing that is done, with its shape and its parameters.
///
/// ```
/// 1  input features         rows x 31
/// 2    columns 0..<30       rows x 30               1     pages, seconds and 7 more
/// 3    columns 30..<31      rows x 1                1     item
/// 4    embedding            rows x 16     16,000    3     layers.vectors.9
/// 5  concatenate            rows x 46               2, 4
/// 6  matmul + bias, relu    rows x 64      3,008    5     layers.0
/// ```
/// Lines stand in the order of the data. What lies between a fork and the place where its branches
/// meet is indented.
public struct LayerTable: Hashable, Sendable, Encodable {
  /// A line.
  public struct Line: Hashable, Sendable, Encodable {
    /// Its number, counted from 1.
    public let number: Int
    /// The forks that it lies in.
    public let depth: Int
    /// The common part of its parameters' names, such as `layers.0`, or the names of the columns
    /// that it takes; empty where it has neither.
    public let name: String
    /// What is done, in a few words.
    public let operation: String
    /// The shape of the result, such as `rows x 64`.
    public let shape: String
    /// The numbers that it keeps, counted where they are first used.
    public let parameters: Int
    /// The numbers of the lines that it reads.
    public let operands: [Int]
  }

  /// The lines.
  public private(set) var lines: [Line] = []
  /// The numbers that the net keeps.
  public var parameters: Int { lines.reduce(0) { $0 + $1.parameters } }

  private enum CodingKeys: CodingKey { case lines, parameters }

  /// Writes the lines and the sum of their parameters.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lines, forKey: .lines)
    try container.encode(parameters, forKey: .parameters)
  }

  /// Lists a graph as it runs: fused, and without what no output needs.
  ///
  /// - Parameters:
  ///   - graph: the net.
  ///   - fields: what the columns of its first input are called, in order.
  public init(_ graph: Graph, fields: [(name: String, columns: Range<Int>)] = []) {
    var writer = Writer(graph.fused(), fields: fields)
    writer.write()
    lines = Self.joined(writer.lines)
  }
}

extension LayerTable {
  /// The lines of which one follows the other with parameters of one layer made one line.
  private static func joined(_ lines: [Line]) -> [Line] {
    var readers = [Int](repeating: 0, count: lines.count + 1)
    for operand in lines.flatMap(\.operands) { readers[operand] += 1 }
    var numbers = [0]
    var result: [Line] = []
    for line in lines {
      let operands = line.operands.map { numbers[$0] }
      if let last = result.last, line.name == last.name, !line.name.isEmpty,
        line.operands == [line.number - 1], readers[line.number - 1] == 1
      {
        result[result.count - 1] = Line(
          number: last.number, depth: last.depth, name: last.name,
          operation: "\(last.operation), \(line.operation)", shape: line.shape,
          parameters: last.parameters + line.parameters, operands: last.operands)
      } else {
        result.append(
          Line(
            number: result.count + 1, depth: line.depth, name: line.name,
            operation: line.operation, shape: line.shape, parameters: line.parameters,
            operands: operands))
      }
      numbers.append(result.count)
    }
    return result
  }
}

/// Lists nodes, each behind what it reads.
private struct Writer {
  private let graph: Graph
  private let fields: [(name: String, columns: Range<Int>)]
  private let depends: [Bool]
  private let dominators: [Graph.NodeID?]
  private(set) var lines: [LayerTable.Line] = []
  private var numbers: [Graph.NodeID: Int] = [:]
  private var counted: Set<String> = []

  init(_ graph: Graph, fields: [(name: String, columns: Range<Int>)]) {
    self.graph = graph
    self.fields = fields
    depends = graph.nodesThatDependOnInputs
    dominators = graph.dominators(where: depends)
  }

  mutating func write() {
    for output in graph.outputs { write(output, depth: 0) }
  }

  private mutating func write(_ id: Graph.NodeID, depth: Int) {
    guard numbers[id] == nil else { return }
    let operands = graph[id].operands.filter { depends[$0] }
    // The branches begin behind the dominator, or join a trunk that they have left before.
    if let dominator = dominators[id] { write(dominator, depth: depth) }
    if let trunk = operands.min(), operands.allSatisfy({ reaches($0, from: trunk) }) {
      write(trunk, depth: depth)
    }
    for operand in operands { write(operand, depth: depth + 1) }
    let variables = variables(of: id)
    let new = variables.filter { counted.insert($0.name).inserted }
    numbers[id] = lines.count + 1
    lines.append(
      LayerTable.Line(
        number: lines.count + 1, depth: depth,
        name: columnNames(of: id) ?? commonName(variables.map(\.name)),
        operation: "\(graph[id].operation)", shape: "\(graph[id].shape)",
        parameters: new.reduce(0) { $0 + $1.count },
        operands: Set(operands).compactMap { numbers[$0] }.sorted()))
  }

  /// Whether a way leads from an earlier node to this one.
  private func reaches(_ id: Graph.NodeID, from start: Graph.NodeID) -> Bool {
    var seen: Set = [id]
    var waiting = [id]
    while let next = waiting.popLast(), next != start {
      for operand in graph[next].operands where operand >= start {
        if seen.insert(operand).inserted { waiting.append(operand) }
      }
    }
    return seen.contains(start)
  }

  /// The variables that a node reads, also those of which it reads a function.
  private func variables(of id: Graph.NodeID) -> [Variable] {
    if case .variable(let variable) = graph[id].operation { return [variable] }
    return graph[id].operands.filter { !depends[$0] }.flatMap(variables)
  }

  /// What the columns are called that a slice takes of an input.
  private func columnNames(of id: Graph.NodeID) -> String? {
    guard case .columns(.slice(let columns)) = graph[id].operation,
      graph.inputs.first == graph[id].operands[0]
    else { return nil }
    let names = fields.filter { $0.columns.overlaps(columns) }.map(\.name)
    guard names.count > 3 else { return names.joined(separator: ", ") }
    return "\(names[0]), \(names[1]) and \(names.count - 2) more"
  }

  private func commonName(_ names: [String]) -> String {
    let parts = names.map { $0.split(separator: ".").dropLast() }
    guard let first = parts.first else { return "" }
    let common = first.indices.prefix { index in
      parts.allSatisfy { $0.indices.contains(index) && $0[index] == first[index] }
    }
    return common.map { String(first[$0]) }.joined(separator: ".")
  }
}
