/// Who watches a run, and may end it.
public protocol TrainingObserver: AnyObject {
  /// Whether to stop after the steps in hand; the run is kept where there are checkpoints, else the
  /// best weights so far are.
  var isInterrupted: Bool { get }

  /// A run without one fold of the rows begins.
  ///
  /// - Parameters:
  ///   - fold: the fold, counted from 1.
  ///   - count: the number of folds.
  func didBegin(fold: Int, of count: Int)

  /// The folds are done; the run that is sealed begins.
  func didFinishFolds()

  /// The run goes on from a checkpoint.
  ///
  /// - Parameters:
  ///   - step: the steps that are done.
  ///   - epoch: the epoch in hand, counted from 1.
  func didResume(step: Int, epoch: Int)

  /// Something went wrong that does not end the run.
  func didWarn(_ message: String)

  /// Some steps are done: about as many as take ten milliseconds.
  ///
  /// - Parameters:
  ///   - epoch: the epoch, counted from 1.
  ///   - rows: the rows of this epoch that are done.
  ///   - total: the rows of an epoch.
  func didStep(epoch: Int, rows: Int, of total: Int)

  /// An epoch is done.
  func didFinish(_ epoch: EpochRecord)
}

extension TrainingObserver {
  /// Says nothing.
  public func didBegin(fold: Int, of count: Int) {}

  /// Says nothing.
  public func didFinishFolds() {}

  /// Says nothing.
  public func didResume(step: Int, epoch: Int) {}

  /// Says nothing.
  public func didWarn(_ message: String) {}
}

/// What an epoch did.
public struct EpochRecord: Hashable, Sendable, Codable {
  /// The epoch, counted from 1.
  public let epoch: Int
  /// The mean loss of its steps, each before its update.
  public let trainingLoss: Double
  /// The loss on the validation rows after it, where there are some.
  public let validationLoss: Double?
  /// The metrics on the validation rows after it; empty where there are none.
  public let metrics: [String: Double]
  /// The time that it took, validation included.
  public let seconds: Double
  /// Whether it is the best so far.
  public let isBest: Bool

  /// Describes an epoch.
  public init(
    epoch: Int, trainingLoss: Double, validationLoss: Double?, metrics: [String: Double],
    seconds: Double, isBest: Bool
  ) {
    self.epoch = epoch
    self.trainingLoss = trainingLoss
    self.validationLoss = validationLoss
    self.metrics = metrics
    self.seconds = seconds
    self.isBest = isBest
  }
}
