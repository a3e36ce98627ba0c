/// Who watches a run, and may end it.
public protocol TrainingObserver: AnyObject {
  /// Whether to stop after the step in hand; the best weights so far are kept.
  var isInterrupted: Bool { get }

  /// A step is done.
  ///
  /// - Parameters:
  ///   - epoch: the epoch, counted from 1.
  ///   - rows: the rows of this epoch that are done.
  ///   - total: the rows of an epoch.
  func didStep(epoch: Int, rows: Int, of total: Int)

  /// An epoch is done.
  func didFinish(_ epoch: EpochRecord)
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
}
