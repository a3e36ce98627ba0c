/// When a run keeps itself, where, and what it does when it cannot.
public struct CheckpointPlan: Hashable, Sendable {
  /// When a checkpoint is due, beside each epoch's end.
  public enum Interval: Hashable, Sendable {
    /// At no other time.
    case epochs
    /// After each so many steps of the run.
    case steps(Int)
    /// When so many seconds have passed since the last.
    case seconds(Double)
  }

  /// What happens when a checkpoint cannot be written, as on a full disk.
  public enum Failure: String, Hashable, Sendable, CaseIterable {
    /// The observer is told, the last good one stays, and the run goes on.
    case warn
    /// The run ends with the error.
    case stop
  }

  /// The folder of the checkpoints.
  public var folder: String
  /// When they are due.
  public var interval: Interval
  /// Whether to go on from the newest one.
  public var resumes: Bool
  /// What happens when one cannot be written.
  public var failure: Failure
  /// The epoch after which the run pauses, kept, to go on another time; nil to run to its end.
  public var pauseEpoch: Int?

  /// Makes a plan.
  ///
  /// - Precondition: the interval is positive.
  public init(
    folder: String, interval: Interval = .epochs, resumes: Bool = false, failure: Failure = .warn
  ) {
    switch interval {
    case .epochs: break
    case .steps(let count): precondition(count > 0, "a checkpoint every \(count) steps")
    case .seconds(let time): precondition(time > 0, "a checkpoint every \(time) seconds")
    }
    self.folder = folder
    self.interval = interval
    self.resumes = resumes
    self.failure = failure
  }
}
