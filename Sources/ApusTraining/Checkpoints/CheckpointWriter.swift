/// Keeps one run by its plan.
final class CheckpointWriter {
  /// When, where, and what if not.
  let plan: CheckpointPlan

  private let identity: RunIdentity
  private let folder: CheckpointFolder
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant

  /// Makes a writer that has not written yet.
  init(_ plan: CheckpointPlan, identity: RunIdentity) {
    self.plan = plan
    self.identity = identity
    folder = CheckpointFolder(path: plan.folder)
    last = clock.now
  }

  /// Finds the checkpoint to go on from.
  ///
  /// - Parameter warn: Told of each newer checkpoint that is damaged.
  /// - Returns: The checkpoint; nil where the run starts at its beginning.
  /// - Throws: `CheckpointError` with code `occupied`, `otherRun` or `damaged`.
  func restored(warn: (String) -> Void) throws(CheckpointError) -> Checkpoint? {
    guard plan.resumes else {
      guard folder.names.isEmpty else {
        throw CheckpointError(
          .occupied, "a run is kept here; --resume goes on with it, another folder starts anew",
          path: plan.folder)
      }
      return nil
    }
    guard let (checkpoint, damages) = try folder.newest() else { return nil }
    let differences = identity.differences(from: checkpoint.identity)
    guard differences.isEmpty else {
      throw CheckpointError(
        .otherRun,
        "the run that is kept here was another: \(differences.joined(separator: "; "))",
        path: plan.folder)
    }
    for damage in damages { warn("\(damage); the run goes on from the checkpoint before it") }
    return checkpoint
  }

  /// Whether a checkpoint is due.
  func isDue(after step: Int) -> Bool {
    switch plan.interval {
    case .epochs: false
    case .steps(let count): step % count == 0
    case .seconds(let time): (clock.now - last).inSeconds >= time
    }
  }

  /// The steps that may be run until one may be due; nil for any number.
  func stepsToNext(after step: Int) -> Int? {
    guard case .steps(let count) = plan.interval else { return nil }
    return count - step % count
  }

  /// Writes a checkpoint.
  ///
  /// - Throws: `CheckpointError.unwritable`.
  func write(
    _ state: RunState, variables: Checkpoint.Values, best: Checkpoint.Values
  ) throws(CheckpointError) {
    last = clock.now
    try folder.write(
      Checkpoint(identity: identity, state: state, variables: variables, best: best))
  }

  /// What an interrupted run ends with.
  func suspension(at step: Int) -> SuspendedError {
    SuspendedError(step: step, folder: plan.folder)
  }
}
