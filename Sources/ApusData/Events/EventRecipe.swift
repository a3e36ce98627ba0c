/// How a log becomes rows to learn from: one for each user and cut-off.
///
/// ```
///            features: before the cut-off      label: from it on
/// --- e --- e --------- e ------- e -------|-------- E -----|-------- e ---> time
///                     '-- a window --------'                '
///                                       cut-off        + horizon
/// ```
///
/// An event at the very time of the cut-off is one of those to be predicted.
public struct EventRecipe: Hashable, Sendable {
  /// What is to be predicted.
  public enum Target: Hashable, Sendable {
    /// Nothing: rows to be scored.
    case none

    /// Whether an event of a kind happens within the horizon: column `label`, true or false.
    case event(kind: String)

    /// The item of the first event, of a kind or of any, within the horizon; users without one have
    /// no row.
    ///
    /// Without negatives `label` is the item. With some, a row says with `candidate` and `label`
    /// true what came, and as many rows with false what did not: items of events before the
    /// cut-off, drawn uniformly and without repetition, that the user does not meet in the horizon.
    case nextItem(kind: String?, negatives: Int)
  }

  /// Seconds in a day.
  public static let day: Double = 86_400

  /// What is to be predicted.
  public var target: Target

  /// The times at which rows are taken, in seconds since 1970.
  public var cutoffs: [Double]

  /// The seconds from a cut-off in which the target counts.
  public var horizonSeconds: Double

  /// The days before a cut-off in which events are counted by kind.
  public var windowsDays: [Double] = [1, 7, 30]

  /// The greatest number of items in a sequence: the newest.
  public var sequenceLength = 50

  /// The greatest number of kinds of events that are counted: the most frequent.
  public var kindLimit = 32

  /// Chooses negatives.
  public var seed: UInt64 = 42

  /// Takes rows at cut-offs.
  ///
  /// - Parameters:
  ///   - target: What is to be predicted.
  ///   - cutoffs: The times at which rows are taken, in seconds since 1970.
  ///   - horizonSeconds: The seconds from a cut-off in which the target counts, above 0.
  public init(target: Target, cutoffs: [Double], horizonSeconds: Double = 7 * Self.day) {
    precondition(horizonSeconds > 0, "a horizon of \(horizonSeconds) s has no end")
    self.target = target
    self.cutoffs = cutoffs
    self.horizonSeconds = horizonSeconds
  }
}
