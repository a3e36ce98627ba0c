/// A small shop whose true purchase probabilities are known.
///
/// Users with tastes come and go with the season, see campaigns, look at items, fill a basket and
/// buy or do not. `write(to:)` plays it day by day and writes:
///
/// | file | one row for each |
/// |---|---|
/// | `sessions.csv` | session: features and the label `purchased`, in the order of time |
/// | `users.csv` | user: region, device, tier, day of joining |
/// | `items.csv` | item: category, price, margin, quality, style |
/// | `campaigns.csv` | campaign: channel, discount, days |
/// | `events.csv` | look at an item, item put in the basket, item bought |
/// | `truth.csv` | session: its true and its observable probability, kept apart |
/// | `summary.json` | the counts, and the best AUC that any model can reach |
///
/// The model in three steps, each documented where it is written:
/// - The world: tastes and styles are unit vectors `t`, `s` in four dimensions;
///   `match = 0.75 cos(t, s) + 0.25 quality`. See `World`, `User`, `Item`, `Campaign`.
/// - The sessions: arrivals are Poisson with a weekly and a yearly season; pages, seconds and
///   baskets follow taste and interest. See `Visit` and `SessionGenerator`.
/// - The purchases: `P = sigmoid(f(session) + h(user, session))`, `f` a non-linear function of
///   recorded features, `h` a modest unrecorded term of the user. See `PurchaseModel`.
///
/// Every random number comes from a counter, named by user, day and session: the same
/// configuration gives the same bytes, and no draw depends on the order of the others. (The
/// exponential and the logarithm are the C library's, whose last bits may differ between systems.)
/// Memory grows with users, items and 17 bytes per session; rows are streamed.
public struct ShopSimulation: Sendable {
  /// The size and the seed.
  public let configuration: ShopConfiguration

  /// Makes a simulation; nothing is drawn yet.
  ///
  /// - Parameter configuration: The size and the seed.
  public init(_ configuration: ShopConfiguration) {
    self.configuration = configuration
  }

  /// Plays the whole simulation and writes its files.
  ///
  /// The files are made in a hidden folder beside the destination and renamed into place when all
  /// are complete, so a failure leaves the destination as it was.
  ///
  /// - Parameter directory: The folder to make. It may be absent, empty, or an earlier output of
  ///   a simulation, which is replaced.
  /// - Returns: What `summary.json` tells.
  /// - Throws: ``SimulationError`` with code `outputOccupied` where the folder holds anything else,
  ///   or `fileSystem`.
  @discardableResult
  public func write(to directory: String) throws(SimulationError) -> ShopSummary {
    let output = try OutputDirectory(destination: directory)
    let world = World(configuration)
    try world.write(to: output)
    let summary = try SessionWriter(configuration, world).write(to: output)
    try output.publish(summary)
    return summary
  }
}
