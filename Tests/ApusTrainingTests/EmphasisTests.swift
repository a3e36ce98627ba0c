import ApusCPU
import ApusCompute
import ApusNN
import ApusTraining
import Testing

/// Rows that count by their weights, and labels that are smoothed.
@Suite("Weights and smoothed labels")
struct EmphasisTests {
  private static let backend = CPUBackend(threads: 1)

  /// The biases of a net without hidden layers that starts at 0, after one step at rate 1 on rows
  /// whose one feature is 0.
  private static func biases(
    _ loss: Loss, targets: [Float], outputs: Int, smoothing: Float = 0, weights: [Float]? = nil
  ) throws -> [Float] {
    let network = try Network(
      inputs: 1, Sequential.perceptron(hidden: [], outputs: outputs, activation: .relu))
    let training = try TrainingGraph(
      network, loss: loss, optimizer: .sgd(), labelSmoothing: smoothing,
      isWeighted: weights != nil)
    let store = try backend.makeVariables(training.variables)
    let rows = targets.count
    let plan = try backend.compile(training.graph, batchCapacity: rows, variables: store)
    let features = [Float](repeating: 0, count: rows)
    let inputs = [features, targets, [1, 1, 1]] + (weights.map { [$0] } ?? [])
    for (input, values) in inputs.enumerated() {
      plan.withInput(input, rows: rows) { span in
        for index in values.indices { span[index] = values[index] }
      }
    }
    try plan.run(rows: rows)
    return try store.read("layers.0.bias")
  }

  private static func isClose(_ found: [Float], _ expected: [Float]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test("smoothed classes: 0.3 of a label is shared by three")
  func smoothedClasses() throws {
    // p = 1/3 for each, t = (0.8, 0.1, 0.1), and the bias moves by t - p.
    let found = try Self.biases(.softmaxCrossEntropy, targets: [0], outputs: 3, smoothing: 0.3)
    let expected: [Float] = [0.46666667, -0.23333333, -0.23333333]
    #expect(Self.isClose(found, expected), "\(found)")
  }

  @Test("a smoothed yes is 0.9, and a smoothed no is 0.1, over any number of rows")
  func smoothedBinary() throws {
    let yes = try Self.biases(.binaryCrossEntropy, targets: [1], outputs: 1, smoothing: 0.2)
    #expect(Self.isClose(yes, [0.4]), "\(yes)")
    let rows = try Self.biases(
      .binaryCrossEntropy, targets: [0, 0, 0, 1], outputs: 1, smoothing: 0.2)
    #expect(Self.isClose(rows, [-0.2]), "\(rows)")
  }

  @Test("a row counts by its weight")
  func weights() throws {
    let binary = try Self.biases(
      .binaryCrossEntropy, targets: [1, 0, 1], outputs: 1, weights: [3, 1, 0])
    // (3 x 0.5 - 1 x 0.5 + 0) / 3.
    #expect(Self.isClose(binary, [0.33333333]), "\(binary)")
    let classes = try Self.biases(
      .softmaxCrossEntropy, targets: [0, 1], outputs: 2, weights: [4, 2])
    #expect(Self.isClose(classes, [0.5, -0.5]), "\(classes)")
  }

  @Test("smoothing and weights work together, and zeros are what they are")
  func together() throws {
    let found = try Self.biases(
      .binaryCrossEntropy, targets: [1, 0], outputs: 1, smoothing: 0.2, weights: [2, 0])
    #expect(Self.isClose(found, [0.4]), "\(found)")
    let none = try Self.biases(
      .binaryCrossEntropy, targets: [1, 0], outputs: 1, weights: [0, 0])
    #expect(none == [0])
  }

  @Test("a trainer reads the weights of the rows that it draws")
  func trainer() throws {
    // Two rows say yes and two say no to the same feature; those that say no hardly count.
    let rows = Examples(
      features: [1, 1, 1, 1], targets: [1, 1, 0, 0], width: 1, weights: [1.9, 1.9, 0.1, 0.1])
    var configuration = TrainingConfiguration(
      loss: .binaryCrossEntropy, optimizer: .sgd(learningRate: 1), epochs: 300, batchSize: 4,
      patience: nil)
    configuration.isWeighted = true
    let network = try Network(
      inputs: 1, Sequential.perceptron(hidden: [], outputs: 1, activation: .relu))
    let trainer = try Trainer(network, configuration: configuration, backend: Self.backend)
    _ = try trainer.fit(rows, validation: rows.selecting([]))
    let chance = try trainer.predictor.predictions(for: rows)[0]
    #expect(abs(chance - 0.95) < 1e-3, "\(chance)")
  }
}
