/// What a run produced.
public struct TrainingResult: Sendable {
  /// Why a run ended.
  public enum Ending: String, Hashable, Sendable, Codable {
    /// All epochs were run.
    case completed
    /// The validation loss stopped improving.
    case stoppedEarly
    /// The observer ended it.
    case interrupted
    /// It is kept, and goes on another time.
    case paused
  }

  /// The best weights by name.
  public let weights: [String: [Float]]
  /// The epochs that were begun.
  public let epochs: [EpochRecord]
  /// The epoch that the weights are from, counted from 1; 0 where no epoch was finished.
  public let bestEpoch: Int
  /// Why the run ended.
  public let ending: Ending
  /// The time that training and validation took.
  public let seconds: Double
}

/// A run that cannot go on.
public struct DivergedError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The epoch, counted from 1.
  public let epoch: Int
  /// The step within the epoch, counted from 1.
  public let step: Int
  /// The loss of that step.
  public let loss: Float
  /// The first layer with a number that is not finite; nil where the loss alone has one.
  public let layer: String?

  /// The place, and what to try.
  public var description: String {
    // The sign of a NaN says nothing.
    "the loss became \(loss.isNaN ? "nan" : "\(loss)") in epoch \(epoch), step \(step)"
      + (layer.map { ", after \($0) had numbers that are not finite" } ?? "")
      + "; try a smaller --learning-rate or --clip-norm 1, and look for extreme values in the data"
  }
}
