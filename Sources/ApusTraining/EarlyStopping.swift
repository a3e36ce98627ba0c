/// Remembers the best epoch and says when to stop.
public struct EarlyStopping: Hashable, Sendable, Codable {
  /// What an epoch's loss means for the run.
  public enum Verdict: Hashable, Sendable {
    /// It is the best so far: keep its weights.
    case improved
    /// It is not, and there is patience left.
    case waiting
    /// It is not, and patience is at an end.
    case exhausted
  }

  /// The epochs without improvement after which to stop; nil for never.
  public let patience: Int?
  /// The least loss so far.
  public private(set) var best = Double.infinity
  /// The epoch of the least loss, counted from 1; 0 before the first.
  public private(set) var bestEpoch = 0

  private var epoch = 0

  /// Starts with no epoch recorded.
  public init(patience: Int?) { self.patience = patience }

  /// Records the next epoch's loss; NaN is no improvement.
  public mutating func record(_ loss: Double) -> Verdict {
    epoch += 1
    if loss < best {
      best = loss
      bestEpoch = epoch
      return .improved
    }
    guard let patience, epoch - bestEpoch >= patience else { return .waiting }
    return .exhausted
  }
}
