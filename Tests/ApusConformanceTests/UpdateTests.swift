import ApusCompute
import Testing

/// The optimizers' steps on every device, against the formulas in Double.
@Suite("Optimizer steps")
struct UpdateTests {
  static let rules: [UpdateRule] = [
    .sgd(momentum: 0, nesterov: false), .sgd(momentum: 0.9, nesterov: false),
    .sgd(momentum: 0.9, nesterov: true), .adagrad(initialSum: 0.1, epsilon: 1e-7),
    .rmsprop(rho: 0.9, epsilon: 1e-7), .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7),
    .ftrl(initialSum: 0.1, beta: 1, l1: 0.05, l2: 0.1),
  ]

  static let penalties: [Penalty] = [
    .none, Penalty(l1: 0.25), Penalty(l2: 0.5), Penalty(decay: 0.5),
    Penalty(l1: 0.125, l2: 0.25, decay: 0.0625),
  ]

  private static func graph(
    _ rule: UpdateRule, _ penalty: Penalty, count: Int
  ) throws -> Graph {
    var graph = Graph()
    let shape = Shape.fixed(count)
    let parameter = try graph.add(.variable(Variable(name: "w", shape: shape)), [])
    let gradient = try graph.add(.input(name: "g", shape: shape), [])
    let schedule = try graph.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
    let slots = try rule.slots.map {
      try graph.add(.variable(Variable(name: $0, shape: shape)), [])
    }
    graph.outputs = [
      try graph.add(.update(rule, penalty: penalty), [parameter, gradient, schedule] + slots)
    ]
    return graph
  }

  @Test("update rules over several steps, with every penalty", arguments: BackendUnderTest.all)
  func updates(_ target: BackendUnderTest) throws {
    for rule in Self.rules {
      for (index, count) in [1, 15, 16, 33, 300].enumerated() {
        let penalty = Self.penalties[index]
        var fixtures = Fixtures(seed: 14)
        let graph = try Self.graph(rule, penalty, count: count)
        var variables = ["w": fixtures.reals(count)]
        for (name, value) in zip(rule.slots, rule.initialSlotValues) {
          variables[name] = [Float](repeating: value, count: count)
        }
        var expected = variables.mapValues(\.doubles)
        for step in 1...4 {
          let inputs = [fixtures.reals(count), rule.schedule(learningRate: 0.01, step: step)]
          variables = try target.run(graph, rows: 1, inputs: inputs, variables: variables)
            .variables
          var reference = ReferenceInterpreter(
            graph, rows: 1, inputs: inputs.map(\.doubles), variables: expected)
          _ = reference.run()
          expected = reference.variables
        }
        // FTRL divides by the learning rate before it multiplies by it.
        let bound = if case .ftrl = rule { 1e-4 } else { 1e-6 }
        for (name, values) in expected {
          let error = worstError(variables[name] ?? [], values)
          #expect(error < bound, "\(rule), \(penalty): \(name) on \(target.name)")
        }
      }
    }
  }

  @Test("what decays is 0 before it is denormal", arguments: BackendUnderTest.all)
  func settles(_ target: BackendUnderTest) throws {
    for rule in Self.rules where !rule.slots.isEmpty && rule.initialSlotValues[0] == 0 {
      let graph = try Self.graph(rule, .none, count: 2)
      var variables = ["w": [Float](repeating: 1, count: 2)]
      for name in rule.slots { variables[name] = [0x1p-100, 0x1p-98] }
      let stepped = try target.run(
        graph, rows: 1, inputs: [[0, 0], rule.schedule(learningRate: 0.01, step: 1)],
        variables: variables
      ).variables
      for name in rule.slots {
        let slot = stepped[name] ?? []
        #expect(slot[0] == 0 && slot[1] > 0, "\(rule): \(name) \(slot) on \(target.name)")
      }
    }
  }

  @Test("exact steps on whole numbers", arguments: BackendUnderTest.all)
  func exact(_ target: BackendUnderTest) throws {
    // g = 3 sign(w) + 2 w and w (1 - 0.5 0.5), then w -= 0.5 g.
    let graph = try Self.graph(
      .sgd(momentum: 0, nesterov: false), Penalty(l1: 3, l2: 2, decay: 0.5), count: 4)
    let stepped = try target.run(
      graph, rows: 1, inputs: [[0, 0, 1, 0], [0.5, 1, 1]],
      variables: ["w": [4, -8, 0, 16]]
    ).variables
    #expect(stepped["w"] == [-2.5, 3.5, -0.5, -5.5], "\(target.name)")
  }

  @Test("FTRL keeps parameters at 0 that little pulls at", arguments: BackendUnderTest.all)
  func sparsity(_ target: BackendUnderTest) throws {
    let graph = try Self.graph(.ftrl(initialSum: 0, beta: 1, l1: 1, l2: 0), .none, count: 4)
    let stepped = try target.run(
      graph, rows: 1, inputs: [[1, -1, 2, -4], [0.5, 1, 1]]
    ).variables
    // sqrt(n) = |g|, z = g, and w = (sign(z) - z) / ((1 + |g|) / 0.5).
    let expected: [Float] = [0, 0, -1.0 / 6, 0.3]
    #expect(stepped["w"] == expected, "\(target.name)")
    #expect(stepped["linear"] == [1, -1, 2, -4], "\(target.name)")
  }

  @Test("gradients are scaled to the limit of their common norm", arguments: BackendUnderTest.all)
  func clipping(_ target: BackendUnderTest) throws {
    for (limit, expected) in [(26, 1.0), (13, 1), (6.5, 0.5)] as [(Float, Float)] {
      var graph = Graph()
      let first = try graph.add(.input(name: "first", shape: .fixed(2)), [])
      let second = try graph.add(.input(name: "second", shape: .fixed(3, 2)), [])
      graph.outputs = try graph.limitingNorm(of: [first, second], to: limit)
      // 3² + 4² + 12² = 13².
      let values: [[Float]] = [[3, -4], [0, 0, 12, 0, 0, 0]]
      let outputs = try target.run(graph, rows: 1, inputs: values).outputs
      #expect(outputs == values.map { $0.map { $0 * expected } }, "\(limit) on \(target.name)")
    }
  }

  @Test("a norm that is not a number spoils every gradient", arguments: BackendUnderTest.all)
  func spoiled(_ target: BackendUnderTest) throws {
    var graph = Graph()
    let gradient = try graph.add(.input(name: "g", shape: .fixed(2)), [])
    graph.outputs = try graph.limitingNorm(of: [gradient], to: 1)
    let outputs = try target.run(graph, rows: 1, inputs: [[.nan, 1]]).outputs
    #expect(outputs[0].map(\.isNaN) == [true, true], "\(target.name)")
  }
}
