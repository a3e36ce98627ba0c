internal import ApusCPU
internal import ApusCompute
internal import ApusNN
internal import ApusTraining

/// Trains and scores small nets on a device beside the baseline CPU.
enum SelfCheck {
  /// The greatest difference that a device may show after a few steps.
  private static let tolerance = 1e-4

  /// The greatest difference of any parameter or prediction.
  ///
  /// - Throws: `ComputeError.executionFailed` when it is too large.
  static func worstDifference(on backend: any Backend) throws -> Double {
    let expected = try results(on: CPUBackend(threads: 1, instructionSet: .baseline))
    let found = try results(on: backend)
    let worst = zip(found, expected).map { abs(Double($0) - Double($1)) }.max() ?? 0
    guard found.count == expected.count, worst <= tolerance else {
      throw ComputeError(
        .executionFailed,
        "\(backend.device) differs from the baseline CPU by \(worst), more than \(tolerance)")
    }
    return worst
  }

  /// Parameters and predictions after three steps of each activation and loss, on rows that do not
  /// fill a tile.
  private static func results(on backend: any Backend) throws -> [Float] {
    let (rows, inputs) = (13, 7)
    let examples = Examples(
      features: (0..<rows * inputs).map { Float($0 % 11 - 5) / 4 },
      targets: (0..<rows).map { Float($0 % 2) }, width: inputs)
    var results: [Float] = []
    for activation in Activation.allCases {
      for loss in Loss.allCases {
        let network = try Network(
          inputs: inputs,
          Sequential.perceptron(
            hidden: [17, 5], outputs: loss == .softmaxCrossEntropy ? 3 : 1,
            activation: activation))
        let trainer = try Trainer(
          network,
          configuration: TrainingConfiguration(
            loss: loss, epochs: 3, batchSize: rows, seed: 1, patience: nil), backend: backend)
        let trained = try trainer.fit(examples, validation: examples.selecting([]))
        results += trained.weights.sorted { $0.key < $1.key }.flatMap(\.value)
        results += try trainer.predictor.predictions(for: examples)
      }
    }
    return results
  }
}
