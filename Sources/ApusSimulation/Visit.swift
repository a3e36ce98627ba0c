/// The arrival of a user at the shop, before anything has happened.
struct Visit {
  /// The number of the user.
  let user: Int
  /// The day of the simulation.
  let day: Int
  /// The second of the day.
  let second: Int
  /// The draws of the session that follows.
  var random: RandomStream

  /// The number of sessions that one user can have on one day.
  private static let dailyLimit = 8

  /// How likely a session is to start in each hour of the day, unnormalised.
  private static let hourWeights: [Double] = [
    2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 11, 13, 12, 10, 9, 9, 10, 12, 14, 16, 15, 10, 5,
  ]

  /// Draws the arrivals of a day in the order of their times.
  ///
  /// The number of sessions of each user is Poisson with mean
  /// `visitsPerDay * season(day) * (1 + 0.1 * campaigns running)`, at most eight.
  ///
  /// - Parameters:
  ///   - day: The day of the simulation.
  ///   - world: The users and campaigns.
  ///   - seed: The seed of the simulation.
  /// - Returns: The arrivals.
  static func arrivals(on day: Int, in world: World, seed: UInt64) -> [Visit] {
    let running = world.campaigns.count { campaign in campaign.days.contains(day) }
    let liveliness = ShopCalendar.season(of: day) * (1 + 0.1 * Double(running))
    var visits: [Visit] = []
    for (user, attributes) in world.users.enumerated() where day >= attributes.joinDay {
      var random = RandomStream(seed: seed, purpose: .visits, first: user, second: day)
      let mean = min(attributes.visitsPerDay * liveliness, Double(dailyLimit))
      for ordinal in 0..<min(random.poisson(mean: mean), dailyLimit) {
        let second = day * dailyLimit + ordinal
        visits.append(
          Visit(
            user: user,
            day: day,
            random: RandomStream(seed: seed, purpose: .session, first: user, second: second)
          )
        )
      }
    }
    return visits.sorted { ($0.second, $0.user) < ($1.second, $1.user) }
  }

  private init(user: Int, day: Int, random: RandomStream) {
    var random = random
    self.user = user
    self.day = day
    second = random.index(weights: Self.hourWeights) * 3_600 + random.index(below: 3_600)
    self.random = random
  }
}
