/// What a user visits the shop with.
package enum Device: String, CaseIterable, Sendable {
  case desktop, phone, tablet
}

/// How a visitor came to the shop.
package enum Channel: String, CaseIterable, Sendable {
  case direct, search, email, social, ads
}

/// Where a user lives.
package enum Region: String, CaseIterable, Sendable {
  case north, east, south, west, abroad
}

/// The standing of a user in the loyalty programme.
package enum Tier: String, CaseIterable, Sendable {
  case none, bronze, silver, gold

  /// Returns the standing that a degree of loyalty earns.
  ///
  /// - Parameter loyalty: The loyalty, from 0 to 1.
  init(loyalty: Double) {
    self =
      switch loyalty {
      case ..<0.4: .none
      case ..<0.6: .bronze
      case ..<0.8: .silver
      default: .gold
      }
  }
}

/// One user: who they are, what they like, and what no file tells.
package struct User: Sendable {
  /// What they like, a unit vector in the space of item styles.
  package let taste: Style

  /// How much prices weigh with them, standard normal; never written to a file.
  package let priceSensitivity: Double

  /// How readily they buy, all else equal, `eagernessDeviation * normal`; never written to a file.
  package let eagerness: Double

  /// The standard deviation of ``eagerness`` among users, in log odds.
  static let eagernessDeviation = 0.45

  /// How attached they are to the shop, from 0 to 1.
  package let loyalty: Double

  /// The mean number of sessions on an average day.
  package let visitsPerDay: Double

  /// The device of four in five of their sessions.
  package let mainDevice: Device

  /// Where they live.
  package let region: Region

  /// The day of the simulation before which they never visit, 0 for those known before.
  package let joinDay: Int

  /// The time of their last visit before day 0 in seconds (negative), nil for a stranger.
  package let lastVisit: Int?

  /// How much they visit each category, unnormalised.
  package let categoryWeights: [Double]

  /// Their standing in the loyalty programme.
  package var tier: Tier { Tier(loyalty: loyalty) }

  /// Draws one user.
  ///
  /// - Parameters:
  ///   - index: Their number.
  ///   - days: The number of days of the simulation.
  ///   - centres: The style of each category.
  ///   - seed: The seed of the simulation.
  init(index: Int, days: Int, centres: [Style], seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .user, first: index)
    let taste = Style.drawn(from: &random).normalised
    self.taste = taste
    categoryWeights = centres.map { centre in Mathematics.exponential(2.5 * taste.dot(centre)) }
    priceSensitivity = random.normal()
    eagerness = Self.eagernessDeviation * random.normal()
    loyalty = Mathematics.sigmoid(1.2 * random.normal())
    visitsPerDay =
      0.2 * (0.5 + loyalty) * Mathematics.exponential(0.5 * random.normal())
    mainDevice = Device.allCases[random.index(weights: [0.4, 0.5, 0.1])]
    region = random.element(of: Region.self)
    if random.chance(0.7) {
      joinDay = 0
      lastVisit = -Int(random.exponential(mean: 8 * Double(ShopCalendar.secondsPerDay)))
    } else {
      joinDay = random.index(below: days)
      lastVisit = nil
    }
  }

  /// Returns how much an item appeals to the user, from -0.75 to 1.
  ///
  /// `0.75 cos(taste, style) + 0.25 quality`.
  ///
  /// - Parameter item: The item.
  /// - Returns: The appeal.
  func match(with item: Item) -> Double {
    0.75 * taste.dot(item.style) + 0.25 * item.quality
  }
}
