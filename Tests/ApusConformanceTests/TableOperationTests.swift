import ApusCompute
import Testing

/// Columns and embeddings on every device: exactly on integers, and their gradients.
@Suite("Columns and embeddings")
struct TableOperationTests {
  @Test("slices, padding and concatenation of edge widths", arguments: BackendUnderTest.all)
  func columns(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 101)
    for (index, width) in edges.enumerated() {
      let other = edges[(index * 7 + 3) % edges.count]
      for rows in [1, 5, 70] {
        var graph = Graph()
        let a = try graph.add(.input(name: "a", shape: .batch(width)), [])
        let b = try graph.add(.input(name: "b", shape: .batch(other)), [])
        let both = try graph.add(.columns(.concatenate), [a, b, a])
        let padded = try graph.add(.columns(.pad(before: 3, after: other)), [both])
        let start = width / 2
        let cut = try graph.add(.columns(.slice(start..<start + other + 1)), [padded])
        graph.outputs = [both, padded, cut]
        try expectExact(
          target, graph, rows: rows,
          inputs: [fixtures.integers(rows * width), fixtures.integers(rows * other)],
          "\(rows) rows of \(width) and \(other) columns")
      }
    }
  }

  /// Identifiers with some that stand for none: -1, beyond the vocabulary, NaN; and one with a
  /// fraction.
  private static func identifiers(
    _ count: Int, vocabulary: Int, _ fixtures: inout Fixtures
  ) -> [Float] {
    var identifiers = fixtures.integers(count, limit: vocabulary + 1).map { abs($0) - 1 }
    for (place, odd) in [Float.nan, -0.5, Float(vocabulary), .infinity, 0.75].enumerated() {
      let index = place * 11 + 2
      if index < count { identifiers[index] = odd }
    }
    return identifiers
  }

  private static let lookups = [
    (rows: 1, columns: 1, vocabulary: 1, width: 1), (3, 2, 4, 5), (65, 3, 7, 16), (8, 1, 90, 17),
    (300, 5, 40, 33), (40, 26, 5000, 16), (700, 2, 3, 3),
  ]

  @Test("lookups and the gradient of the table", arguments: BackendUnderTest.all)
  func embeddings(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 102)
    for combiner in Lookup.Combiner.allCases {
      for (rows, columns, vocabulary, width) in Self.lookups {
        var graph = Graph()
        let lookup = Lookup(combiner)
        let identifiers = try graph.add(.input(name: "ids", shape: .batch(columns)), [])
        let table = try graph.add(.input(name: "table", shape: .fixed(vocabulary, width)), [])
        let result = try graph.add(.lookup(lookup), [identifiers, table])
        let upstream = try graph.add(.input(name: "upstream", shape: graph[result].shape), [])
        graph.outputs = [
          result,
          try graph.add(
            .lookupGradient(lookup, vocabulary: vocabulary), [identifiers, upstream]),
        ]
        let inputs = [
          Self.identifiers(rows * columns, vocabulary: vocabulary, &fixtures),
          fixtures.integers(vocabulary * width),
          fixtures.integers(graph[result].shape.count(batchSize: rows)),
        ]
        let what = "\(lookup): \(rows) x \(columns) of \(vocabulary) x \(width)"
        guard combiner == .mean else {
          try expectExact(target, graph, rows: rows, inputs: inputs, what)
          continue
        }
        let outputs = try target.run(graph, rows: rows, capacity: rows + 9, inputs: inputs).outputs
        var reference = ReferenceInterpreter(graph, rows: rows, inputs: inputs.map(\.doubles))
        for (output, expected) in zip(outputs, reference.run()) {
          #expect(worstError(output, expected) < 1e-6, "\(what) on \(target.name)")
        }
      }
    }
  }

  @Test("gradients agree with central differences", arguments: Lookup.Combiner.allCases)
  func gradients(_ combiner: Lookup.Combiner) throws {
    var fixtures = Fixtures(seed: 103)
    var graph = Graph()
    let identifiers = try graph.add(.input(name: "ids", shape: .batch(3)), [])
    let table = try graph.add(.variable(Variable(name: "table", shape: .fixed(5, 4))), [])
    let weight = try graph.add(.variable(Variable(name: "weight", shape: .fixed(3, 2))), [])
    let rows = try graph.add(.lookup(Lookup(combiner)), [identifiers, table])
    let hidden = try graph.add(.matmul(MatMul()), [identifiers, weight])
    let all = try graph.add(.columns(.concatenate), [rows, hidden, rows])
    let padded = try graph.add(.columns(.pad(before: 1, after: 2)), [all])
    let width = graph[padded].shape.columns
    let cut = try graph.add(.columns(.slice(2..<width - 1)), [padded])
    let squared = try graph.add(.binary(.multiply), [cut, cut])
    let value = try graph.add(.reduce(Reduction(.sum, .all)), [squared])
    graph.outputs = [value] + (try graph.gradients(of: value, withRespectTo: [table, weight]))
    let variables = ["table": fixtures.reals(20).doubles, "weight": fixtures.reals(6).doubles]
    let inputs: [[Double]] = [[0, 2, -1, 4, 4, 1, -1, -1, -1, 3, 0, 0]]
    func run(_ variables: [String: [Double]]) -> [[Double]] {
      var interpreter = ReferenceInterpreter(graph, rows: 4, inputs: inputs, variables: variables)
      return interpreter.run()
    }
    let analytic = run(variables)
    for (index, name) in ["table", "weight"].enumerated() {
      for element in analytic[1 + index].indices {
        func moved(by step: Double) -> Double {
          var moved = variables
          moved[name]?[element] += step
          return run(moved)[0][0]
        }
        let numeric = (moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5
        #expect(abs(numeric - analytic[1 + index][element]) < 1e-6, "\(name)[\(element)]")
      }
    }
  }

  @Test("operands that do not fit are refused")
  func mismatches() throws {
    var graph = Graph()
    let a = try graph.add(.input(name: "a", shape: .batch(4)), [])
    let b = try graph.add(.input(name: "b", shape: .fixed(3, 4)), [])
    for columns in [Columns.slice(2..<5), .slice(1..<1), .pad(before: -1, after: 0)] {
      #expect(throws: ComputeError.self) { try graph.add(.columns(columns), [a]) }
    }
    #expect(throws: ComputeError.self) { try graph.add(.columns(.concatenate), [a, b]) }
    #expect(throws: ComputeError.self) { try graph.add(.columns(.concatenate), []) }
    #expect(throws: ComputeError.self) { try graph.add(.lookup(Lookup(.sum)), [b, a]) }
    let gradient = Operation.lookupGradient(Lookup(.concatenate), vocabulary: 3)
    let c = try graph.add(.input(name: "c", shape: .batch(7)), [])
    #expect(throws: ComputeError.self) { try graph.add(gradient, [a, c]) }
  }

  private func expectExact(
    _ target: BackendUnderTest, _ graph: Graph, rows: Int, inputs: [[Float]], _ what: String
  ) throws {
    let outputs = try target.run(graph, rows: rows, capacity: rows + 9, inputs: inputs).outputs
    var reference = ReferenceInterpreter(graph, rows: rows, inputs: inputs.map(\.doubles))
    let isExact = outputs.map(\.doubles) == reference.run()
    #expect(isExact, "\(what) on \(target.name)")
  }
}
