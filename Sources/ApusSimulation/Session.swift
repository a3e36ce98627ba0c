/// Whether the shop recognises a visitor.
package enum VisitorType: String, CaseIterable, Sendable {
  case new, returning
}

/// One visit to the shop, as the shop records it.
///
/// All numbers are rounded as they are written, so that whoever reads the files knows exactly what
/// ``PurchaseModel`` knows.
package struct Session: Sendable {
  /// The number of the user.
  package var user: Int
  /// The day of the simulation.
  package var day: Int
  /// The second of the day.
  package var second: Int
  /// How the visitor came.
  package var channel: Channel
  /// What the visitor uses.
  package var device: Device
  /// Where the visitor lives; nil where it was not recorded.
  package var region: Region?
  /// Whether the shop recognises the visitor.
  package var visitorType: VisitorType
  /// The standing of a recognised visitor, `none` for others.
  package var tier: Tier
  /// The days since the last session of a recognised visitor, to one decimal; nil for others.
  package var daysSinceLastVisit: Double?
  /// The number of the campaign that the visitor saw, if any.
  package var campaign: Int?
  /// The discount that the campaign gives, 0 without one.
  package var discount: Double
  /// How many pages about the shop were read.
  package var informationPages: Int
  /// The seconds spent on those pages.
  package var informationSeconds: Double
  /// How many pages of items were read, at least one.
  package var productPages: Int { views.count }
  /// The seconds spent on those pages.
  package var productSeconds: Int { views.reduce(0) { sum, view in sum + view.seconds } }
  /// The mean share of visitors who leave at once from the pages that were read.
  package var bounceRate: Double
  /// How long the pages took to load; nil where it was not recorded.
  package var loadMilliseconds: Int?
  /// How many items lie in the basket.
  package var basketItems: Int
  /// What they cost after the discount.
  package var basketValue: Double
  /// The best match between the taste of the user and the items seen.
  package var bestMatch: Double
  /// The items seen, in order.
  package var views: [View]

  /// A look at one item.
  package struct View: Sendable {
    /// The number of the item.
    package var item: Int
    /// Whether it was put into the basket.
    package var isCarted: Bool
    /// How well it matches the taste of the user.
    package var match: Double
    /// The seconds from the start of the session to the look.
    package var offset: Int
    /// How long the look lasts.
    package var seconds: Int

    /// Makes a look.
    package init(item: Int, isCarted: Bool, match: Double, offset: Int, seconds: Int) {
      self.item = item
      self.isCarted = isCarted
      self.match = match
      self.offset = offset
      self.seconds = seconds
    }
  }

  /// The hour of the day.
  package var hour: Int { second / 3_600 }

  /// The weekday, 0 for Monday to 6 for Sunday.
  package var weekday: Int { ShopCalendar.weekday(of: day) }
}

extension Session {
  /// Makes the barest of sessions: a stranger comes directly, on a desktop, and sees nothing.
  package init(user: Int, day: Int, second: Int) {
    self.init(
      user: user,
      day: day,
      second: second,
      channel: .direct,
      device: .desktop,
      visitorType: .new,
      tier: .none,
      discount: 0,
      informationPages: 0,
      informationSeconds: 0,
      bounceRate: 0,
      basketItems: 0,
      basketValue: 0,
      bestMatch: 0,
      views: []
    )
  }
}
