/// Turns arrivals into sessions: how visitors came, what they saw, what they put in the basket.
///
/// For a user with taste `t` and loyalty `l`:
/// ```
/// recognised       ~ Bernoulli(0.88) on any but the first visit
/// channel          ~ weights (direct 1 + 2l, search 2, email 2l, social 1, ads 1)
/// campaign seen    ~ Bernoulli(0.75) where one runs on the channel
/// interest g       ~ normal(0, 1)
/// product pages    = 1 + Poisson(exp(0.8 + 0.5 g)), at most 60
///   category       ~ weights exp(2.5 cos(t, centre))     item: the better match of two draws
///   seconds a page = exp(3 + 0.6 match + 0.3 g + 0.7 normal)
///   put in basket  ~ Bernoulli(sigmoid(-1.7 + 1.5 match + 0.3 g))
/// information pages ~ Poisson(0.8), exp(3.2 + 0.8 normal) seconds each
/// bounce rate      = 0.2 u^(1 + pages / 4), u uniform
/// ```
/// Nothing here depends on the user's eagerness or price sensitivity, which only ``PurchaseModel``
/// uses: so the session says nothing about them, and the probability given the session is exact.
struct SessionGenerator {
  private let world: World
  private var lastVisits: [Int?]

  /// Makes a generator at the beginning of day 0.
  ///
  /// - Parameter world: The users, items and campaigns.
  init(world: World) {
    self.world = world
    lastVisits = world.users.map(\.lastVisit)
  }

  /// Draws the session that follows an arrival; arrivals must come in the order of time.
  ///
  /// - Parameter visit: The arrival; its random stream is advanced.
  /// - Returns: The session as the shop records it.
  mutating func session(after visit: inout Visit) -> Session {
    let user = world.users[visit.user]
    let now = visit.day * ShopCalendar.secondsPerDay + visit.second
    let lastVisit = visit.random.chance(0.88) ? lastVisits[visit.user] : nil
    lastVisits[visit.user] = now

    let channel = Self.channel(of: user, from: &visit.random)
    let campaign = campaign(on: visit.day, channel: channel, from: &visit.random)
    let discount = campaign.map { number in world.campaigns[number].discount } ?? 0
    let device =
      visit.random.chance(0.8) ? user.mainDevice : visit.random.element(of: Device.self)
    let interest = visit.random.normal()
    let views = views(of: user, interest: interest, from: &visit.random)
    let basket = views.filter(\.isCarted).map { view in world.items[view.item].price }
    let informationPages = visit.random.poisson(mean: 0.8)
    let informationSeconds = (0..<informationPages).reduce(into: 0.0) { sum, _ in
      sum += Mathematics.exponential(3.2 + 0.8 * visit.random.normal())
    }
    let pages = Double(views.count + informationPages)
    let bounce =
      0.2 * Mathematics.exponential((1 + pages / 4) * Mathematics.logarithm(visit.random.uniform()))
    return Session(
      user: visit.user,
      day: visit.day,
      second: visit.second,
      channel: channel,
      device: device,
      region: visit.random.chance(0.03) ? nil : user.region,
      visitorType: lastVisit == nil ? .new : .returning,
      tier: lastVisit == nil ? .none : user.tier,
      daysSinceLastVisit: lastVisit.map { last in
        Mathematics.rounded(Double(now - last) / Double(ShopCalendar.secondsPerDay), decimals: 1)
      },
      campaign: campaign,
      discount: discount,
      informationPages: informationPages,
      informationSeconds: Mathematics.rounded(informationSeconds, decimals: 1),
      bounceRate: Mathematics.rounded(bounce, decimals: 4),
      loadMilliseconds: Self.loadMilliseconds(on: device, from: &visit.random),
      basketItems: basket.count,
      basketValue: Mathematics.rounded(basket.reduce(0, +) * (1 - discount), decimals: 2),
      bestMatch: Mathematics.rounded(views.map(\.match).max() ?? 0, decimals: 3),
      views: views
    )
  }

  private func views(
    of user: User,
    interest: Double,
    from random: inout RandomStream
  ) -> [Session.View] {
    let count = 1 + min(59, random.poisson(mean: Mathematics.exponential(0.8 + 0.5 * interest)))
    var offset = 0
    return (0..<count).map { _ in
      let item = item(for: user, from: &random)
      let match = user.match(with: world.items[item])
      let seconds = Mathematics.exponential(
        3 + 0.6 * match + 0.3 * interest + 0.7 * random.normal()
      )
      let cart = random.chance(Mathematics.sigmoid(-1.7 + 1.5 * match + 0.3 * interest))
      let view = Session.View(
        item: item,
        isCarted: cart,
        match: match,
        offset: offset,
        seconds: max(1, Int(seconds))
      )
      offset += view.seconds
      return view
    }
  }

  private func item(for user: User, from random: inout RandomStream) -> Int {
    let items = world.itemsOfCategory[random.index(weights: user.categoryWeights)]
    let first = items[random.index(below: items.count)]
    let second = items[random.index(below: items.count)]
    let isFirstBetter =
      user.match(with: world.items[first]) >= user.match(with: world.items[second])
    return isFirstBetter ? first : second
  }

  private func campaign(
    on day: Int,
    channel: Channel,
    from random: inout RandomStream
  ) -> Int? {
    let running = world.campaigns.indices.filter { number in
      world.campaigns[number].channel == channel && world.campaigns[number].days.contains(day)
    }
    if running.isEmpty || !random.chance(0.75) { return nil }
    return running[random.index(below: running.count)]
  }

  private static func channel(of user: User, from random: inout RandomStream) -> Channel {
    let weights = [1 + 2 * user.loyalty, 2, 2 * user.loyalty, 1, 1]
    return Channel.allCases[random.index(weights: weights)]
  }

  private static func loadMilliseconds(
    on device: Device,
    from random: inout RandomStream
  ) -> Int? {
    if random.chance(0.04) { return nil }
    let median = device == .desktop ? 6.2 : 6.8
    return Int(Mathematics.exponential(median + 0.4 * random.normal()))
  }
}
