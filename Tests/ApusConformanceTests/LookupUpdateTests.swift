import ApusCompute
import ApusNN
import Testing

/// Steps on the rows of a table that were looked up.
@Suite("Updates of tables")
struct LookupUpdateTests {
  private static let penalty = Penalty(l1: 0.125, l2: 0.25, decay: 0.0625)

  private static func graph(
    _ lookup: Lookup, _ rule: UpdateRule, _ penalty: Penalty, columns: Int, _ table: Shape
  ) throws -> Graph {
    var graph = Graph()
    let identifiers = try graph.add(.input(name: "ids", shape: .batch(columns)), [])
    let width = lookup.combiner == .concatenate ? columns * table.columns : table.columns
    let upstream = try graph.add(.input(name: "upstream", shape: .batch(width)), [])
    let schedule = try graph.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
    let state = try (["table"] + rule.slots).map {
      try graph.add(.variable(Variable(name: $0, shape: table)), [])
    }
    graph.outputs = [
      try graph.add(
        .lookupUpdate(lookup, rule, penalty: penalty),
        [state[0], identifiers, upstream, schedule] + state[1...])
    ]
    return graph
  }

  @Test("every rule moves the rows that were looked up", arguments: BackendUnderTest.all)
  func rules(_ target: BackendUnderTest) throws {
    let shapes = [
      (rows: 5, columns: 2, vocabulary: 9, width: 5), (40, 1, 300, 16), (300, 3, 50, 33),
      (70, 26, 5000, 16), (1, 1, 1, 1), (9, 2, 6, 270), (33, 3, 17, 8),
    ]
    for (index, rule) in UpdateTests.rules.enumerated() {
      let (rows, columns, vocabulary, width) = shapes[index]
      let lookup = Lookup(Lookup.Combiner.allCases[index % 3])
      let penalty = index % 2 == 0 ? Penalty.none : Self.penalty
      let graph = try Self.graph(
        lookup, rule, penalty, columns: columns, .fixed(vocabulary, width))
      var fixtures = Fixtures(seed: 141)
      let count = vocabulary * width
      var variables = ["table": fixtures.reals(count)]
      for (name, value) in zip(rule.slots, rule.initialSlotValues) {
        variables[name] = [Float](repeating: value, count: count)
      }
      var expected = variables.mapValues(\.doubles)
      for step in 1...3 {
        let bagWidth = lookup.combiner == .concatenate ? columns * width : width
        let identifiers = fixtures.integers(rows * columns, limit: vocabulary + 1)
        let inputs = [
          identifiers.map { abs($0) - 1 }, fixtures.reals(rows * bagWidth),
          rule.schedule(learningRate: 0.01, step: step),
        ]
        variables = try target.run(
          graph, rows: rows, capacity: rows + 5, inputs: inputs, variables: variables
        ).variables
        var reference = ReferenceInterpreter(
          graph, rows: rows, inputs: inputs.map(\.doubles), variables: expected)
        _ = reference.run()
        expected = reference.variables
      }
      // FTRL divides by the learning rate before it multiplies by it.
      let bound = if case .ftrl = rule { 2e-4 } else { 5e-6 }
      for (name, values) in expected {
        let error = worstError(variables[name] ?? [], values)
        #expect(error < bound, "\(rule), \(lookup): \(name) on \(target.name)")
      }
    }
  }

  @Test("other rows keep every bit", arguments: BackendUnderTest.all)
  func untouched(_ target: BackendUnderTest) throws {
    let rule = UpdateRule.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
    let graph = try Self.graph(
      Lookup(.sum), rule, Self.penalty, columns: 2, .fixed(100, 3))
    var fixtures = Fixtures(seed: 142)
    let before = Dictionary(
      uniqueKeysWithValues: (["table"] + rule.slots).map {
        ($0, fixtures.reals(300).map { abs($0) })
      })
    let inputs: [[Float]] = [
      [7, -1, 99, 7, 100, .nan], [1, 2, 3, 4, 5, 6, 7, 8, 9],
      rule.schedule(learningRate: 0.1, step: 1),
    ]
    let after = try target.run(graph, rows: 3, inputs: inputs, variables: before).variables
    for (name, values) in before {
      let changed = Set((0..<300).filter { after[name]?[$0] != values[$0] }.map { $0 / 3 })
      #expect(changed == [7, 99], "\(name) on \(target.name)")
    }
  }

  @Test("threads do not change a bit", arguments: BackendUnderTest.cpu)
  func threads(_ target: BackendUnderTest) throws {
    let name = target.name.replacing("2 threads", with: "1 threads")
    guard let twin = BackendUnderTest.cpu.first(where: { $0.name == name }) else { return }
    let rule = UpdateRule.adagrad(initialSum: 0.1, epsilon: 1e-7)
    let graph = try Self.graph(Lookup(.mean), rule, .none, columns: 7, .fixed(3000, 12))
    var fixtures = Fixtures(seed: 143)
    let variables = ["table": fixtures.reals(36_000), "squareSum": fixtures.reals(36_000).map(abs)]
    let inputs = [
      fixtures.integers(7000, limit: 3000).map { abs($0) }, fixtures.reals(12_000),
      [0.1, 1, 1],
    ]
    let first = try target.run(graph, rows: 1000, inputs: inputs, variables: variables)
    let second = try twin.run(graph, rows: 1000, inputs: inputs, variables: variables)
    #expect(first.variables == second.variables)
  }

  @Test("a net's tables are updated by row where only one lookup reads them")
  func training() throws {
    func operations(_ layer: some Layer, limit: Float? = nil) throws -> [Operation] {
      var optimizer = Optimizer.adam()
      optimizer.gradientNormLimit = limit
      let network = try Network(inputs: 2, layer)
      let graph = try TrainingGraph(network, loss: .meanSquaredError, optimizer: optimizer).graph
      return graph.fused().nodes.map(\.operation)
    }
    func isByRow(_ operation: Operation) -> Bool {
      if case .lookupUpdate = operation { true } else { false }
    }
    let net = Sequential {
      Embedding(vocabulary: 5, width: 3)
      Dense(1)
    }
    let byRow = try operations(net)
    #expect(byRow.contains(where: isByRow))
    #expect(!byRow.contains(.lookupGradient(Lookup(.concatenate), vocabulary: 5)))
    #expect(try !operations(net, limit: 1).contains(where: isByRow))
  }
}
