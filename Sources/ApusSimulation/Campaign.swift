/// A discount that is advertised on one channel for some days.
package struct Campaign: Sendable {
  /// The channel whose visitors may see it.
  package let channel: Channel

  /// The share of the price that is taken off.
  package let discount: Double

  /// The days of the simulation on which it runs.
  package let days: ClosedRange<Int>

  /// How many campaigns a shop runs in a number of days: one each ten, at least three.
  ///
  /// - Parameter days: The number of days of the simulation.
  /// - Returns: The number of campaigns.
  static func count(in days: Int) -> Int { max(3, days / 10) }

  /// Draws one campaign; campaigns start evenly over the days and last from 8 to 19.
  ///
  /// - Parameters:
  ///   - index: Its number.
  ///   - dayCount: The number of days of the simulation.
  ///   - seed: The seed of the simulation.
  init(index: Int, dayCount: Int, seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .campaign, first: index)
    let channels: [Channel] = [.email, .social, .ads, .search]
    let discounts = [0.05, 0.1, 0.15, 0.2, 0.3]
    channel = channels[index % channels.count]
    discount = discounts[random.index(below: discounts.count)]
    let first = index * dayCount / Self.count(in: dayCount)
    days = first...min(dayCount - 1, first + 7 + random.index(below: 12))
  }
}
