import ApusCompute
import ApusNN
import Testing

/// Training steps many at a time, and weights that move along gradients nobody keeps.
@Suite("Batches")
struct BatchesTests {
  /// What three ways to run the same steps must agree on.
  private struct Run: Equatable {
    var losses: [UInt32] = []
    var variables: [String: [UInt32]] = [:]
  }

  private let examples = 23
  private let batchSize = 5
  private let training: TrainingGraph
  private let network: Network
  private let optimizer = Optimizer.adam()
  private let features: [Float]
  private let targets = (0..<23).map { Float($0 % 2) }
  private let weights = (0..<23).map { Float(1 + $0 % 3) }
  private let rows = (0..<Int32(23)).map { $0 * 7 % 23 }

  init() throws {
    var fixtures = Fixtures(seed: 211)
    network = try Network(
      inputs: 20,
      Sequential {
        Dense(33, activation: .relu)
        Dropout(0.25)
        Dense(1)
      })
    training = try TrainingGraph(
      network, loss: .binaryCrossEntropy, optimizer: optimizer, isWeighted: true)
    features = fixtures.reals(examples * 20)
  }

  @Test("a stretch of batches gives the bits of its steps", arguments: BackendUnderTest.all)
  func stretch(_ target: BackendUnderTest) throws {
    let oneByOne = try run(on: target.backend) { plan in
      try (0..<(examples - 1) / batchSize + 1).map { step in
        let batch = rows[step * batchSize..<min((step + 1) * batchSize, examples)].map(Int.init)
        for (input, values, width) in tables {
          plan.write(
            batch.flatMap { values[$0 * width..<($0 + 1) * width] }, toInput: input,
            rows: batch.count)
        }
        for (input, values) in stepInputs(step) {
          plan.write(values, toInput: input, rows: batch.count)
        }
        try plan.run(rows: batch.count)
        return try plan.output(TrainingGraph.loss, rows: batch.count)[0]
      }
    }
    #expect(oneByOne.losses.count == 5 && Set(oneByOne.losses).count == 5)
    for cut in [examples, 10] {
      let together = try run(on: target.backend) { plan in
        for (input, values, width) in tables {
          try plan.keep(RowTable(values, width: width), forInput: input)
        }
        return try [rows[..<cut], rows[cut...]].filter { !$0.isEmpty }.flatMap { part in
          var batches = Batches(Array(part), batchSize: batchSize)
          let first = part.startIndex / batchSize
          batches.stepInputs = stepInputs(0).map(\.input)
          batches.stepValues = (first..<first + batches.count).flatMap { step in
            stepInputs(step).flatMap(\.values)
          }
          return try plan.run(batches)
        }
      }
      #expect(together == oneByOne, "cut at \(cut) on \(target.name)")
    }
  }

  @Test("a run by itself after a stretch reads its own rows", arguments: BackendUnderTest.all)
  func afterwards(_ target: BackendUnderTest) throws {
    var graph = Graph()
    let input = try graph.add(.input(name: "x", shape: .batch(3)), [])
    graph.outputs = [try graph.add(.reduce(Reduction(.sum, .all)), [input])]
    let plan = try target.backend.compile(
      graph, batchCapacity: 2, variables: target.backend.makeVariables([]))
    plan.write([1, 2, 4], toInput: 0, rows: 1)
    try plan.run(rows: 1)
    try plan.keep(RowTable([8, 16, 32, 64, 128, 256], width: 3), forInput: 0)
    #expect(try plan.run(Batches([1, 0, 1], batchSize: 2)) == [504, 448], "\(target.name)")
    plan.write([1, 2, 4], toInput: 0, rows: 1)
    try plan.run(rows: 1)
    #expect(try plan.output(0, rows: 1) == [7], "\(target.name)")
  }

  @Test("every rule along products of rows", arguments: BackendUnderTest.all)
  func products(_ target: BackendUnderTest) throws {
    for rule in UpdateTests.rules {
      for (index, (m, n)) in [(1, 1), (5, 1), (1, 19), (7, 16), (20, 33)].enumerated() {
        for rows in [1, 3] {
          var fixtures = Fixtures(seed: 212)
          var graph = Graph()
          let weight = try graph.add(.variable(Variable(name: "w", shape: .fixed(m, n))), [])
          let x = try graph.add(.input(name: "x", shape: .batch(m)), [])
          let d = try graph.add(.input(name: "d", shape: .batch(n)), [])
          let schedule = try graph.add(
            .input(name: "schedule", shape: UpdateRule.scheduleShape), [])
          let slots = try rule.slots.map {
            try graph.add(.variable(Variable(name: $0, shape: .fixed(m, n))), [])
          }
          let gradient = try graph.add(.matmul(MatMul(.tn)), [x, d])
          let penalty = UpdateTests.penalties[index]
          graph.outputs = [
            try graph.add(
              .update(rule, penalty: penalty), [weight, gradient, schedule] + slots)
          ]
          var variables = ["w": fixtures.reals(m * n)]
          for (name, value) in zip(rule.slots, rule.initialSlotValues) {
            variables[name] = [Float](repeating: value, count: m * n)
          }
          let inputs = [
            fixtures.reals(rows * m), fixtures.reals(rows * n),
            rule.schedule(learningRate: 0.01, step: 2),
          ]
          var reference = ReferenceInterpreter(
            graph, rows: rows, inputs: inputs.map(\.doubles),
            variables: variables.mapValues(\.doubles))
          _ = reference.run()
          let moved = try target.run(graph, rows: rows, inputs: inputs, variables: variables)
          let bound = if case .ftrl = rule { 1e-4 } else { 1e-6 }
          for (name, values) in reference.variables {
            let error = worstError(moved.variables[name] ?? [], values)
            #expect(error < bound, "\(rule) \(rows) x \(m) x \(n): \(name) on \(target.name)")
          }
        }
      }
    }
  }

  private var tables: [(input: Int, values: [Float], width: Int)] {
    [
      (TrainingGraph.features, features, 20), (TrainingGraph.targets, targets, 1),
      (training.weights ?? -1, weights, 1),
    ]
  }

  private func stepInputs(_ step: Int) -> [(input: Int, values: [Float])] {
    var draw: [Float] = []
    DropoutMask.appendDraw(to: &draw, seed: 5, step: step + 1)
    return [
      (TrainingGraph.schedule, optimizer.rule.schedule(learningRate: 0.01, step: step + 1)),
      (training.draw ?? -1, draw),
    ]
  }

  private func run(
    on backend: any Backend, _ steps: (any Plan) throws -> [Float]
  ) throws -> Run {
    let store = try backend.makeVariables(training.variables)
    for (name, values) in network.initialValues(seed: 6) {
      try store.write(values.span, to: name)
    }
    let plan = try backend.compile(training.graph, batchCapacity: batchSize, variables: store)
    var run = Run(losses: try steps(plan).map(\.bitPattern))
    for variable in training.variables {
      run.variables[variable.name] = try store.read(variable.name).map(\.bitPattern)
    }
    return run
  }
}
