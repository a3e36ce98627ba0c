/// What a simulation has written, as told in its `summary.json`.
public struct ShopSummary: Sendable, Hashable, Codable {
  /// The mark by which a folder is known to be the output of a simulation.
  static let mark = "apus simulate shop"

  /// What wrote the folder.
  public let generator: String
  /// The seed.
  public let seed: UInt64
  /// The number of days.
  public let days: Int
  /// The number of users.
  public let users: Int
  /// The number of items.
  public let items: Int
  /// The number of campaigns.
  public let campaigns: Int
  /// The number of rows of `sessions.csv` and of `truth.csv`.
  public let sessions: Int
  /// The number of rows of `events.csv`.
  public let events: Int
  /// The number of sessions that ended in a purchase.
  public let purchases: Int
  /// The share of sessions that ended in a purchase; 0 without sessions.
  public let purchaseRate: Double
  /// The AUC of the true probabilities against the labels that were drawn from them.
  ///
  /// Nil, and absent from the file, where there are only purchases or none.
  public let bestPossibleAUC: Double?
  /// The AUC of the probabilities given the record of each session alone.
  ///
  /// What the best of models that see one row of `sessions.csv` reaches; nil as above.
  public let observableAUC: Double?
}
