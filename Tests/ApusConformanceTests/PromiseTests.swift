import ApusCompute
import ApusNN
import Testing

/// The three promises about numbers.
@Suite("Promises")
struct PromiseTests {
  private static let network: Network? = try? Network(
    inputs: 17,
    Sequential.perceptron(hidden: [64, 33], outputs: 1, activation: .relu)
  )

  private struct Scorer {
    let plan: any Plan

    init(_ target: BackendUnderTest, capacity: Int) throws {
      let network = try #require(PromiseTests.network)
      let graph = try network.inferenceGraph(for: .binaryCrossEntropy)
      let store = try target.backend.makeVariables(graph.variables)
      for (name, values) in network.initialValues(seed: 5) {
        try store.write(values.span, to: name)
      }
      plan = try target.backend.compile(graph, batchCapacity: capacity, variables: store)
    }

    func score(_ features: [Float]) throws -> [UInt32] {
      let rows = features.count / 17
      plan.write(features, toInput: 0, rows: rows)
      try plan.run(rows: rows)
      return try plan.output(0, rows: rows).map(\.bitPattern)
    }
  }

  @Test("a row's score has the same bits in any batch", arguments: BackendUnderTest.all)
  func batchInvariance(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 31)
    let features = fixtures.reals(1000 * 17)
    let scorer = try Scorer(target, capacity: 1000)
    let whole = try scorer.score(features)
    for batch in [1, 2, 7, 64, 129] {
      var pieces: [UInt32] = []
      // Not every row one by one: a prefix shows it as well.
      let rows = batch == 1 ? 40 : 1000
      for start in stride(from: 0, to: rows, by: batch) {
        let end = min(start + batch, rows)
        pieces += try scorer.score(Array(features[start * 17..<end * 17]))
      }
      #expect(pieces == Array(whole[..<rows]), "batches of \(batch) on \(target.name)")
    }
  }

  @Test("threads do not change a bit of training", arguments: BackendUnderTest.cpu)
  func threadInvariance(_ target: BackendUnderTest) throws {
    guard let twin = BackendUnderTest.cpu.first(where: { $0.name == singleThreaded(target.name) })
    else { return }
    let (first, second) = try (train(target, rows: 400, steps: 3), train(twin, rows: 400, steps: 3))
    #expect(first == second)
  }

  private func singleThreaded(_ name: String) -> String {
    name.replacing("2 threads", with: "1 threads")
  }

  @Test("plans that run side by side do not disturb each other", arguments: BackendUnderTest.all)
  func sideBySide(_ target: BackendUnderTest) async throws {
    // Wide enough that the threads of the backend share every product.
    let expected = try train(target, rows: 200, steps: 3)
    try await withThrowingTaskGroup(of: [String: [UInt32]].self) { group in
      for _ in 0..<6 { group.addTask { try train(target, rows: 200, steps: 3) } }
      for try await found in group { #expect(found == expected) }
    }
  }

  @Test("training twice gives the same bits", arguments: BackendUnderTest.all)
  func repeatable(_ target: BackendUnderTest) throws {
    let (first, second) = try (train(target, rows: 37, steps: 5), train(target, rows: 37, steps: 5))
    #expect(first == second)
  }

  @Test("CPU and OpenCL train alike", arguments: BackendUnderTest.opencl)
  func deviceParity(_ target: BackendUnderTest) throws {
    let cpu = try train(BackendUnderTest.cpu[0], rows: 64, steps: 10)
    let other = try train(target, rows: 64, steps: 10)
    for (name, values) in cpu {
      let expected = values.map { Double(Float(bitPattern: $0)) }
      let error = worstError((other[name] ?? []).map(Float.init(bitPattern:)), expected)
      #expect(error < 1e-4, "\(name) on \(target.name)")
    }
  }

  /// The bits of all variables after some steps; wide enough that work is split among threads.
  private func train(
    _ target: BackendUnderTest,
    rows: Int,
    steps: Int
  ) throws -> [String: [UInt32]] {
    var fixtures = Fixtures(seed: 32)
    let network = try Network(
      inputs: 40,
      Sequential.perceptron(hidden: [100, 64], outputs: 1, activation: .relu)
    )
    let optimizer = Optimizer.adam()
    let training = try TrainingGraph(network, loss: .binaryCrossEntropy, optimizer: optimizer)
    let store = try target.backend.makeVariables(training.variables)
    for (name, values) in network.initialValues(seed: 6) {
      try store.write(values.span, to: name)
    }
    let plan = try target.backend.compile(training.graph, batchCapacity: rows, variables: store)
    var losses: [Float] = []
    for step in 1...steps {
      let features = fixtures.reals(rows * 40)
      let targets = (0..<rows).map { Float(features[$0 * 40] > 0 ? 1 : 0) }
      plan.write(features, toInput: TrainingGraph.features, rows: rows)
      plan.write(targets, toInput: TrainingGraph.targets, rows: rows)
      plan.write(
        optimizer.rule.schedule(learningRate: 0.01, step: step),
        toInput: TrainingGraph.schedule,
        rows: rows
      )
      try plan.run(rows: rows)
      losses += try plan.output(TrainingGraph.loss, rows: rows)
    }
    #expect(losses.allSatisfy { $0.isFinite })
    var bits: [String: [UInt32]] = [:]
    for variable in training.variables {
      bits[variable.name] = try store.read(variable.name).map(\.bitPattern)
    }
    return bits
  }
}
