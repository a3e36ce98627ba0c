internal import ApusCPU
internal import ApusCompute
internal import ApusNN

/// Trains and scores a small net on a device beside the baseline CPU.
enum SelfCheck {
  /// The greatest difference that a device may show after a few steps.
  private static let tolerance = 1e-4

  /// The greatest difference of any parameter or score.
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

  /// Parameters and scores after three steps of each activation and loss, on rows that do not fill
  /// a tile.
  private static func results(on backend: any Backend) throws -> [Float] {
    var results: [Float] = []
    for activation in Activation.allCases {
      for loss in Loss.allCases {
        results += try train(activation, loss, on: backend)
      }
    }
    return results
  }

  private static func train(
    _ activation: Activation, _ loss: Loss, on backend: any Backend
  ) throws -> [Float] {
    let (rows, inputs) = (13, 7)
    let outputs = loss == .softmaxCrossEntropy ? 3 : 1
    let network = try Network(
      inputs: inputs,
      Sequential.perceptron(hidden: [17, 5], outputs: outputs, activation: activation))
    let optimizer = Optimizer.adam()
    let training = try TrainingGraph(network, loss: loss, optimizer: optimizer)
    let store = try backend.makeVariables(training.variables)
    for (name, values) in network.initialValues(seed: 1) {
      try store.write(values.span, to: name)
    }
    let step = try backend.compile(training.graph, batchCapacity: rows, variables: store)
    for number in 1...3 {
      step.withInput(TrainingGraph.features, rows: rows) { input in
        for index in input.indices { input[index] = Float(index * number % 11 - 5) / 4 }
      }
      step.withInput(TrainingGraph.targets, rows: rows) { input in
        for index in input.indices { input[index] = Float(index % 2) }
      }
      let schedule = optimizer.rule.schedule(learningRate: 0.01, step: number)
      step.withInput(TrainingGraph.schedule, rows: rows) { input in
        for index in input.indices { input[index] = schedule[index] }
      }
      try step.run(rows: rows)
    }
    let scoring = try backend.compile(
      try network.inferenceGraph(for: loss), batchCapacity: rows, variables: store)
    scoring.withInput(0, rows: rows) { input in
      for index in input.indices { input[index] = Float(index % 9 - 4) / 2 }
    }
    try scoring.run(rows: rows)
    var results = try scoring.withOutput(0, rows: rows) { output in
      output.indices.map { output[$0] }
    }
    for parameter in network.parameters { results += try store.read(parameter.variable.name) }
    return results
  }
}
