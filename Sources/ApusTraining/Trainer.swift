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
  /// What the current weights say of rows.
  public let predictor: Predictor

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
    predictor = try Predictor(
      try network.inferenceGraph(for: configuration.loss), variables: store, backend: backend)
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

  /// The metrics of the current weights on `examples`.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func metrics(of examples: Examples) throws -> Metrics {
    Metrics(
      predictions: try predictor.predictions(for: examples), targets: examples.targets,
      loss: configuration.loss)
  }

  /// The steps of an epoch.
  func stepsPerEpoch(_ examples: Examples) -> Int {
    (examples.count - 1) / configuration.batchSize + 1
  }

  /// Gives the device the rows to learn from, for `runSteps` to take them in any order.
  ///
  /// - Throws: `ComputeError` when it has no room for them.
  func keep(_ examples: Examples) throws(ComputeError) {
    try step.keep(examples.table, forInput: TrainingGraph.features)
    try step.keep(RowTable(examples.targets, width: 1), forInput: TrainingGraph.targets)
    guard let input = training.weights, let weights = examples.weights else { return }
    try step.keep(RowTable(weights, width: 1), forInput: input)
  }

  /// Runs a step for each batch of rows, the last one shorter.
  ///
  /// - Parameters:
  ///   - rows: rows of the examples that are kept.
  ///   - stepsPerEpoch: the steps that an epoch has.
  ///   - state: where the run stands before the first of them.
  /// - Returns: the mean loss of each step before its update.
  /// - Throws: `ComputeError` when the device fails.
  func runSteps(
    _ rows: ArraySlice<Int32>, stepsPerEpoch: Int, from state: RunState
  ) throws(ComputeError) -> [Float] {
    let optimizer = configuration.optimizer
    var position = LearningRateSchedule.Position(
      step: state.step, stepsPerEpoch: stepsPerEpoch, epochs: configuration.epochs,
      plateaus: state.plateau.count)
    var batches = Batches(Array(rows), batchSize: configuration.batchSize)
    batches.stepInputs = [TrainingGraph.schedule] + (training.draw.map { [$0] } ?? [])
    for _ in 0..<batches.count {
      let rate = optimizer.learningRate * optimizer.schedule.factor(at: position)
      position.step += 1
      optimizer.rule.appendSchedule(
        to: &batches.stepValues, learningRate: rate, step: position.step)
      guard training.draw != nil else { continue }
      DropoutMask.appendDraw(
        to: &batches.stepValues, seed: configuration.seed, step: position.step)
    }
    return try step.run(batches)
  }
}

extension Duration {
  /// This duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
