/// One choice of hyperparameters that a search tries.
public struct Trial: Hashable, Sendable, Codable {
  /// Its number in the search, counted from 1.
  public let number: Int
  /// Its bracket, counted from 1.
  public let bracket: Int
  /// The hyperparameters by name, as they are typed.
  public let settings: [String: String]

  /// Names a trial.
  public init(number: Int, bracket: Int, settings: [String: String]) {
    self.number = number
    self.bracket = bracket
    self.settings = settings
  }
}

/// How a trial stood at the end of a rung; it holds no time, so equal searches have equal outcomes.
public struct TrialOutcome: Hashable, Sendable, Codable {
  /// The trial.
  public let trial: Trial
  /// The epochs of the rung.
  public let epochs: Int
  /// The epoch with the least validation loss, counted from 1; nil for a failure.
  public let bestEpoch: Int?
  /// The metrics on the validation rows after that epoch; none for a failure.
  public let metrics: [String: Double]
  /// Why the trial came to nothing; nil where it did not.
  public let failure: String?

  /// Judges a trial by its epochs.
  ///
  /// - Parameters:
  ///   - trial: the trial.
  ///   - epochs: the epochs of the rung; those after it do not count.
  ///   - records: what each of its epochs did, in order.
  public init(_ trial: Trial, epochs: Int, records: [EpochRecord]) {
    let best = records.prefix(epochs).last(where: \.isBest)
    self.trial = trial
    self.epochs = epochs
    bestEpoch = best?.epoch
    metrics = (best?.metrics ?? [:]).filter { $0.value.isFinite }
    failure = best == nil ? "the validation loss was never a number" : nil
  }

  /// Records a trial that came to nothing.
  public init(_ trial: Trial, epochs: Int, failure: String) {
    self.trial = trial
    self.epochs = epochs
    bestEpoch = nil
    metrics = [:]
    self.failure = failure
  }
}
