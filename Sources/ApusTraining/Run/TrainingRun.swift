internal import ApusCompute
internal import ApusNN
internal import ApusRandom

/// One run of a trainer, from its first step or a checkpoint's to its end.
///
/// ```
/// for each epoch     shuffle rows with the stream of the epoch
///   for each stretch of steps    run them, look at their losses, keep the run where that is due
///   validate         run the scoring graph on the same variables
///   stop or go on    remember the weights of the best epoch, keep the run
/// ```
final class TrainingRun {
  private let trainer: Trainer
  private let examples: Examples
  private let validation: Examples
  private let checkpoints: CheckpointWriter?
  private let observer: (any TrainingObserver)?
  private let clock = ContinuousClock()

  private(set) var state: RunState
  private(set) var best: Checkpoint.Values
  /// The run as the epoch in hand found it, to come back to where it diverges.
  private var anchor: (state: RunState, variables: Checkpoint.Values)
  private var order: [Int32] = []
  private var stretch = Stretch()

  /// Prepares the device for the first step, or for the one after the newest checkpoint.
  ///
  /// - Throws: `ComputeError`, or `CheckpointError`.
  init(
    _ trainer: Trainer, _ examples: Examples, validation: Examples, checkpoints: CheckpointPlan?,
    observer: (any TrainingObserver)?
  ) throws {
    self.trainer = trainer
    self.examples = examples
    self.validation = validation
    self.observer = observer
    let configuration = trainer.configuration
    self.checkpoints = try checkpoints.map { plan in
      CheckpointWriter(
        plan,
        identity: try RunIdentity(
          configuration, net: trainer.network, device: trainer.device, training: examples,
          validation: validation))
    }
    if let checkpoint = try self.checkpoints?.restored(warn: { observer?.didWarn($0) }) {
      try trainer.write(checkpoint.variables)
      state = checkpoint.state
      best = checkpoint.best
      observer?.didResume(step: state.step, epoch: state.epoch)
    } else {
      try trainer.writeInitialValues()
      state = RunState(patience: validation.count > 0 ? configuration.patience : nil)
      best = [:]
      try trainer.readWeights(into: &best)
    }
    anchor = (state, [:])
    try trainer.keep(examples)
  }

  /// Runs to the end, or to the epoch after which the run pauses.
  ///
  /// - Returns: the best weights and how they were found.
  /// - Throws: `ComputeError`, `DivergedError`, `CheckpointError`, or `SuspendedError` where the
  ///   observer interrupts a run that is kept.
  func finish() throws -> TrainingResult {
    let start = clock.now
    let last = checkpoints?.plan.pauseEpoch ?? .max
    while state.ending == nil, state.records.count < last { try runEpoch(start) }
    // A step's loss is that before its update: only this tells that the last one went astray.
    guard state.stopping.bestEpoch > 0, trainer.firstNonFinite(of: best) == nil else {
      throw DivergedError(
        epoch: state.records.count, step: trainer.stepsPerEpoch(examples), loss: .nan,
        layer: trainer.firstNonFinite(of: best))
    }
    try trainer.write(best)
    return TrainingResult(
      weights: best, epochs: state.records, bestEpoch: state.stopping.bestEpoch,
      ending: state.ending ?? .paused, seconds: state.secondsBefore + (clock.now - start).inSeconds)
  }

  private func runEpoch(_ runStart: ContinuousClock.Instant) throws {
    let epochStart = clock.now
    order = Array(0..<Int32(examples.count))
    // Streams below this belong to the parameters' initial values.
    var random = PhiloxSequence(
      seed: trainer.configuration.seed, stream: 1 << 32 + UInt64(state.epoch))
    random.shuffle(&order)
    anchor.state = state
    try trainer.readVariables(into: &anchor.variables)
    var isInterrupted = false
    while state.rowsDone < examples.count, !isInterrupted {
      try runStretch()
      observer?.didStep(epoch: state.epoch, rows: state.rowsDone, of: examples.count)
      isInterrupted = observer?.isInterrupted ?? false
      if let checkpoints, isInterrupted || checkpoints.isDue(after: state.step) {
        try keep(since: runStart)
        if isInterrupted { throw checkpoints.suspension(at: state.step) }
      }
    }
    let held = validation.count > 0 ? try trainer.metrics(of: validation) : nil
    let record = state.finishEpoch(
      held: held, seconds: (clock.now - epochStart).inSeconds,
      configuration: trainer.configuration, isInterrupted: isInterrupted)
    if record.isBest { try trainer.readWeights(into: &best) }
    observer?.didFinish(record)
    if checkpoints != nil { try keep(since: runStart) }
  }

  /// Runs a few milliseconds' worth of steps, up to the next checkpoint or the epoch's end.
  private func runStretch() throws {
    let batchSize = trainer.configuration.batchSize
    let left = (examples.count - state.rowsDone - 1) / batchSize + 1
    let steps = min(left, stretch.steps, checkpoints?.stepsToNext(after: state.step) ?? left)
    let first = state.rowsDone
    let rows = first..<min(first + steps * batchSize, examples.count)
    let start = clock.now
    let losses = try trainer.runSteps(
      order[rows], stepsPerEpoch: trainer.stepsPerEpoch(examples), from: state)
    stretch.record(seconds: (clock.now - start).inSeconds)
    if let index = losses.firstIndex(where: { !$0.isFinite }) {
      let step = first / batchSize + index
      throw DivergedError(
        epoch: state.epoch, step: step + 1, loss: losses[index], layer: try culprit(of: step))
    }
    state.record(losses, rows: rows.count, batchSize: batchSize)
  }

  private func keep(since start: ContinuousClock.Instant) throws {
    guard let checkpoints else { return }
    var variables: Checkpoint.Values = [:]
    try trainer.readVariables(into: &variables)
    // Parameters that went astray are found out by the next step; the last good run is kept.
    guard trainer.firstNonFinite(of: variables) == nil else { return }
    var kept = state
    kept.secondsBefore += (clock.now - start).inSeconds
    do {
      try checkpoints.write(kept, variables: variables, best: best)
    } catch {
      guard checkpoints.plan.failure == .warn else { throw error }
      observer?.didWarn("\(error); the run goes on")
    }
  }

  /// The layer in which a step of this epoch first met a number that is not finite.
  ///
  /// Equal steps give equal bits, so the epoch is run again up to that step, and its forward pass
  /// is looked at layer by layer.
  private func culprit(of step: Int) throws -> String? {
    let batchSize = trainer.configuration.batchSize
    let first = step * batchSize
    try trainer.write(anchor.variables)
    let done = anchor.state.rowsDone
    if first > done {
      _ = try trainer.runSteps(
        order[done..<first], stepsPerEpoch: trainer.stepsPerEpoch(examples), from: anchor.state)
    }
    let rows = order[first..<min(first + batchSize, order.count)].map(Int.init)
    return try trainer.firstNonFiniteLayer(on: examples.selecting(rows))
  }
}

/// How many steps are run between two looks at the clock and the observer.
private struct Stretch {
  /// The steps of the next stretch.
  private(set) var steps = 1

  /// Fits the next stretch to 5 to 20 milliseconds.
  mutating func record(seconds: Double) {
    if seconds < 0.005 {
      steps = min(2 * steps, 1 << 16)
    } else if seconds > 0.02 {
      steps = max(steps / 2, 1)
    }
  }
}
