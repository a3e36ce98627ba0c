import ApusCPU
import ApusCompute
import ApusNN
import ApusRandom
import ApusTraining
import Testing

@Suite("Trainer")
struct TrainerTests {
  private let backend = CPUBackend(threads: 2)

  /// Points in a square and a function of them.
  private func examples(
    _ count: Int, seed: UInt64, _ target: (Float, Float) -> Float
  ) -> Examples {
    let random = Philox(seed: seed, stream: 9)
    let features = (0..<2 * count).map { 2 * random.uniform($0) - 1 }
    return Examples(
      features: features,
      targets: (0..<count).map { target(features[2 * $0], features[2 * $0 + 1]) }, width: 2)
  }

  private func trainer(
    hidden: [Int], _ configuration: TrainingConfiguration
  ) throws -> Trainer {
    let network = try Network(
      inputs: 2, Sequential.perceptron(hidden: hidden, outputs: 1, activation: .relu))
    return try Trainer(network, configuration: configuration, backend: backend)
  }

  @Test("linear regression with SGD finds the line: Dense(1), MSE, 100 epochs")
  func linearRegression() throws {
    let rows = examples(200, seed: 1) { 3 * $0 - 2 * $1 + 0.5 }
    let trainer = try trainer(
      hidden: [],
      TrainingConfiguration(
        loss: .meanSquaredError, optimizer: .sgd(), epochs: 100, batchSize: 8, patience: nil))
    let result = try trainer.fit(rows, validation: rows.selecting([]))
    #expect(result.epochs.count == 100 && result.ending == .completed)
    let weight = try #require(result.weights["layers.0.weight"])
    let bias = try #require(result.weights["layers.0.bias"])
    #expect(abs(weight[0] - 3) < 0.01 && abs(weight[1] + 2) < 0.01 && abs(bias[0] - 0.5) < 0.01)
  }

  @Test("64-64-1 with RMSprop, MSE and batch size 1 fits a curved surface")
  func rmsprop() throws {
    let trainer = try trainer(
      hidden: [64, 64],
      TrainingConfiguration(
        loss: .meanSquaredError, optimizer: .rmsprop(), epochs: 8, batchSize: 1, patience: nil))
    let result = try trainer.fit(
      examples(500, seed: 2) { $0 * $1 }, validation: examples(0, seed: 2) { $0 * $1 })
    let held = try trainer.metrics(of: examples(200, seed: 3) { $0 * $1 })
    #expect((held["mse"] ?? 1) < 0.01, "variance is 0.11; \(result.epochs.count) epochs")
  }

  @Test("64-64-1 with Adam and binary cross-entropy learns exclusive or")
  func adam() throws {
    let trainer = try trainer(
      hidden: [64, 64], TrainingConfiguration(loss: .binaryCrossEntropy, epochs: 30))
    let result = try trainer.fit(
      examples(1000, seed: 4) { $0 * $1 > 0 ? 1 : 0 },
      validation: examples(200, seed: 5) { $0 * $1 > 0 ? 1 : 0 })
    #expect(result.epochs.contains { $0.isBest })
    let held = try trainer.metrics(of: examples(500, seed: 6) { $0 * $1 > 0 ? 1 : 0 })
    #expect((held["auc"] ?? 0) > 0.99)
  }

  @Test("the weights are those of the best epoch")
  func bestWeights() throws {
    let validation = examples(50, seed: 7) { $0 > $1 ? 1 : 0 }
    let trainer = try trainer(
      hidden: [16], TrainingConfiguration(loss: .binaryCrossEntropy, epochs: 60, patience: 3))
    // Labels drawn at random cannot be learnt, so validation soon gets worse.
    let random = Philox(seed: 8)
    var drawn = 0
    let noise = examples(100, seed: 7) { _, _ in
      drawn += 1
      return random.uniform(drawn) > 0.5 ? 1 : 0
    }
    let result = try trainer.fit(noise, validation: validation)
    #expect(result.ending == .stoppedEarly)
    #expect(result.epochs.count == result.bestEpoch + 3)
    let best = try #require(result.epochs[result.bestEpoch - 1].validationLoss)
    #expect(try trainer.metrics(of: validation)["loss"] == best)
  }

  @Test("divergence stops the run with advice")
  func divergence() throws {
    let trainer = try trainer(
      hidden: [8],
      TrainingConfiguration(
        loss: .meanSquaredError, optimizer: .sgd(learningRate: 1e6), epochs: 50, patience: nil))
    let rows = examples(64, seed: 9) { 100 * $0 + $1 }
    #expect(throws: DivergedError.self) { try trainer.fit(rows, validation: rows.selecting([])) }
  }

  @Test("divergence names the step and the first layer whose numbers are not finite")
  func divergedLayer() throws {
    let trainer = try trainer(
      hidden: [],
      TrainingConfiguration(
        loss: .meanSquaredError, optimizer: .sgd(learningRate: 1e30), epochs: 2, batchSize: 32,
        patience: nil))
    // The first step's gradient is finite, and its update is not.
    let rows = examples(64, seed: 9) { 1e18 * $0 + $1 }
    let error = #expect(throws: DivergedError.self) {
      try trainer.fit(rows, validation: rows.selecting([]))
    }
    #expect(error?.epoch == 1 && error?.step == 2 && error?.layer == "layers.0")
    var features = (0..<rows.count * 2).map { rows.features[$0] }
    features[101] = .infinity
    let spoiled = Examples(features: features, targets: rows.targets, width: 2)
    let other = #expect(throws: DivergedError.self) {
      try trainer.fit(spoiled, validation: rows.selecting([]))
    }
    #expect(other?.layer == "the features")
  }

  @Test("an update that goes astray in the last step is divergence too")
  func lateDivergence() throws {
    let trainer = try trainer(
      hidden: [],
      TrainingConfiguration(
        loss: .meanSquaredError, optimizer: .sgd(learningRate: 1e30), epochs: 1, batchSize: 64,
        patience: nil))
    let rows = examples(64, seed: 9) { 1e18 * $0 + $1 }
    #expect(throws: DivergedError.self) { try trainer.fit(rows, validation: rows.selecting([])) }
  }

  @Test("an observer sees an epoch grow and can end the run within it")
  func interruption() throws {
    final class Observer: TrainingObserver {
      var rows: [Int] = []
      var isInterrupted: Bool { rows.count >= 2 }

      func didStep(epoch: Int, rows: Int, of total: Int) {
        self.rows.append(rows)
        #expect(total == 10_000 && epoch == 1)
      }

      func didFinish(_ epoch: EpochRecord) {}
    }
    let trainer = try trainer(hidden: [4], TrainingConfiguration(loss: .binaryCrossEntropy))
    let rows = examples(10_000, seed: 10) { $0 > $1 ? 1 : 0 }
    let observer = Observer()
    let result = try trainer.fit(rows, validation: rows, observer: observer)
    #expect(result.ending == .interrupted && result.epochs.count == 1)
    // The first look comes after one step, the second after one or two more.
    #expect(observer.rows.count == 2 && observer.rows[0] == 32)
    #expect([64, 96].contains(observer.rows[1]))
  }
}
