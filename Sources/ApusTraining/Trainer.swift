public import ApusCompute
public import ApusNN

/// Fits a network to examples on one device.
///
/// The same examples, configuration and device give the same bits: initial weights and the order of
/// rows are drawn from counters, and no result depends on threads, or on whether the run was
/// interrupted and went on from a checkpoint.
public final class Trainer {
  let network: Network
  let configuration: TrainingConfiguration
  /// The device that trains.
  let device: DeviceDescription

  let backend: any Backend
  let store: any VariableStore
  let training: TrainingGraph
  private let step: any Plan
  private let scoring: any Plan
  private let scoringCapacity = 1024

  /// Puts a network on a device.
  ///
  /// - Throws: `ComputeError` when the device cannot take it.
  public init(
    _ network: Network, configuration: TrainingConfiguration, backend: any Backend
  ) throws(ComputeError) {
    training = try TrainingGraph(
      network, loss: configuration.loss, optimizer: configuration.optimizer,
      labelSmoothing: configuration.labelSmoothing, isWeighted: configuration.isWeighted)
    self.network = network
    self.configuration = configuration
    self.backend = backend
    device = backend.device
    store = try backend.makeVariables(training.variables)
    step = try backend.compile(
      training.graph, batchCapacity: configuration.batchSize, variables: store)
    scoring = try backend.compile(
      try network.inferenceGraph(for: configuration.loss), batchCapacity: scoringCapacity,
      variables: store)
  }

  /// Trains from the configuration's initial weights, or from a checkpoint.
  ///
  /// - Parameters:
  ///   - examples: the rows to learn from.
  ///   - validation: the rows that choose the best epoch; where there are none, the last is kept.
  ///   - checkpoints: when and where the run is kept; nil for never.
  ///   - observer: who watches.
  /// - Returns: the best weights and how they were found.
  /// - Throws: `ComputeError` when the device fails, `DivergedError`, `CheckpointError`, or
  ///   `SuspendedError` when the observer ends a run that is kept.
  public func fit(
    _ examples: Examples, validation: Examples, checkpoints: CheckpointPlan? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> TrainingResult {
    precondition(
      (examples.weights != nil) == configuration.isWeighted,
      "rows \(examples.weights == nil ? "without" : "with") weights, on a net prepared for others"
    )
    let run = try TrainingRun(
      self, examples, validation: validation, checkpoints: checkpoints, observer: observer)
    return try run.finish()
  }

  /// The predictions for all rows of `examples`, row by row.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func predictions(for examples: Examples) throws -> [Float] {
    var predictions: [Float] = []
    for start in stride(from: 0, to: examples.count, by: scoringCapacity) {
      let rows = min(scoringCapacity, examples.count - start)
      scoring.withInput(0, rows: rows) { input in
        let first = start * examples.width
        for index in input.indices { input[index] = examples.features[first + index] }
      }
      try scoring.run(rows: rows)
      try scoring.withOutput(0, rows: rows) { output in
        for index in output.indices { predictions.append(output[index]) }
      }
    }
    return predictions
  }

  /// The metrics of the current weights on `examples`.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func metrics(of examples: Examples) throws -> Metrics {
    Metrics(
      predictions: try predictions(for: examples), targets: examples.targets,
      loss: configuration.loss)
  }

  /// The steps of an epoch.
  func stepsPerEpoch(_ examples: Examples) -> Int {
    (examples.count - 1) / configuration.batchSize + 1
  }

  /// Runs a step for each batch of rows, the last one shorter.
  ///
  /// - Parameters:
  ///   - rows: rows of `examples`.
  ///   - examples: the rows to learn from.
  ///   - state: where the run stands before the first of them.
  /// - Returns: the mean loss of each step before its update.
  /// - Throws: `ComputeError` when the device fails.
  func runSteps(
    _ rows: ArraySlice<Int32>, of examples: Examples, from state: RunState
  ) throws -> [Float] {
    let optimizer = configuration.optimizer
    var position = LearningRateSchedule.Position(
      step: state.step, stepsPerEpoch: stepsPerEpoch(examples), epochs: configuration.epochs,
      plateaus: state.plateau.count)
    var losses: [Float] = []
    losses.reserveCapacity((rows.count - 1) / configuration.batchSize + 1)
    var first = rows.startIndex
    while first < rows.endIndex {
      let batch = rows[first..<min(first + configuration.batchSize, rows.endIndex)]
      gather(batch, of: examples)
      let rate = optimizer.learningRate * optimizer.schedule.factor(at: position)
      step.withInput(TrainingGraph.schedule, rows: batch.count) { schedule in
        optimizer.rule.write(to: &schedule, learningRate: rate, step: position.step + 1)
      }
      if let draw = training.draw {
        step.withInput(draw, rows: batch.count) {
          DropoutMask.write(to: &$0, seed: configuration.seed, step: position.step + 1)
        }
      }
      try step.run(rows: batch.count)
      losses.append(try step.withOutput(TrainingGraph.loss, rows: batch.count) { $0[0] })
      position.step += 1
      first = batch.endIndex
    }
    return losses
  }

  private func gather(_ rows: ArraySlice<Int32>, of examples: Examples) {
    let width = examples.width
    step.withInput(TrainingGraph.features, rows: rows.count) { input in
      let features = examples.features.span
      var index = 0
      for row in rows {
        let start = Int(row) * width
        for column in start..<start + width {
          input[index] = features[column]
          index += 1
        }
      }
    }
    step.withInput(TrainingGraph.targets, rows: rows.count) { input in
      for (index, row) in rows.enumerated() { input[index] = examples.targets[Int(row)] }
    }
    guard let input = training.weights, let weights = examples.weights else { return }
    step.withInput(input, rows: rows.count) { input in
      for (index, row) in rows.enumerated() { input[index] = weights[Int(row)] }
    }
  }
}

extension Duration {
  /// This duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
