/// The size and the seed of a simulated shop.
public struct ShopConfiguration: Sendable, Hashable {
  /// The number of users.
  public let users: Int

  /// The number of days, from 1 October 2025 on.
  public let days: Int

  /// The number of items on sale.
  public let items: Int

  /// The seed; the same configuration and seed give the same bytes.
  public let seed: UInt64

  /// Makes a configuration after checking that each size can be simulated.
  ///
  /// - Parameters:
  ///   - users: The number of users, from 1 to 10,000,000.
  ///   - days: The number of days, from 1 to 3,650.
  ///   - items: The number of items on sale, from 8 (one per category) to 1,000,000.
  ///   - seed: The seed of every random draw.
  /// - Throws: ``SimulationError`` with code `invalidConfiguration` that names the size at fault.
  public init(users: Int, days: Int, items: Int = 400, seed: UInt64) throws(SimulationError) {
    try Self.check("users", users, within: 1...10_000_000)
    try Self.check("days", days, within: 1...3_650)
    try Self.check("items", items, within: ItemCategory.allCases.count...1_000_000)
    self.users = users
    self.days = days
    self.items = items
    self.seed = seed
  }

  private static func check(
    _ name: String,
    _ value: Int,
    within range: ClosedRange<Int>
  ) throws(SimulationError) {
    if range.contains(value) { return }
    throw SimulationError(
      .invalidConfiguration,
      "the number of \(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value)"
    )
  }
}
