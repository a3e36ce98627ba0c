/// The law by which a session ends in a purchase; the truth that a model is to find.
///
/// `purchased ~ Bernoulli(sigmoid(f(session) + h(user, session)))`. What the shop records enters
/// through `f`, on purpose not linear:
/// ```
/// f = -7
///   + 6.0 sigmoid(8 (bestMatch - 0.7)) (1 - exp(-productSeconds / 120))     liking needs time
///   + 5.0 exp(-((basketValue - 120) / 110)^2)      neither too small nor too dear; -1 if empty
///   + response(visitor) (1 - exp(-discount / 0.08))
///         response: new 2.2, none 1.2, bronze 0.6, silver 0, gold -0.6
///   + 1.4 exp(-daysSinceLastVisit / 3)                              returning visitors
///   - 8 bounceRate / (bounceRate + 0.1)
///   + 0.4  phone or tablet from 18 to 23 h, or desktop from 9 to 17 h;  -0.2 otherwise
///   + 0.6  email and returning, or ads and new;  -0.3 email and new, or ads and returning
///   + 1.5 (season(day) - 1)
/// ```
/// What the shop does not record enters through the user:
/// ```
/// h = eagerness - 0.3 priceSensitivity ln((basketValue + 20) / 80)
/// ```
/// Both user terms are normal and independent of everything recorded, so `h` is normal with mean 0
/// and known deviation, and the probability given the record of the session alone is an integral
/// over one normal variable.
package enum PurchaseModel {
  /// Returns `f`, the log odds as far as recorded features decide them.
  ///
  /// - Parameter session: The session.
  /// - Returns: The log odds.
  package static func recordedLogit(of session: Session) -> Double {
    let liking = Mathematics.sigmoid(8 * (session.bestMatch - 0.7))
    let attention = Mathematics.saturation(Double(session.productSeconds), scale: 120)
    let discount = Mathematics.saturation(session.discount, scale: 0.08)
    return -7
      + 6 * liking * attention
      + affordability(of: session.basketValue)
      + discountResponse(of: session) * discount
      + recency(of: session.daysSinceLastVisit)
      - 8 * session.bounceRate / (session.bounceRate + 0.1)
      + (isComfortable(session) ? 0.4 : -0.2)
      + channelEffect(of: session)
      + 1.5 * (ShopCalendar.season(of: session.day) - 1)
  }

  /// Returns the probability of a purchase given everything, the user's hidden side included.
  ///
  /// - Parameters:
  ///   - session: The session.
  ///   - user: Its user.
  /// - Returns: The probability with which the label is drawn.
  package static func trueProbability(of session: Session, by user: User) -> Double {
    let hidden =
      user.eagerness - priceWeight(of: session.basketValue) * user.priceSensitivity
    return Mathematics.sigmoid(recordedLogit(of: session) + hidden)
  }

  /// Returns the probability of a purchase given only the record of the session.
  ///
  /// The expectation of `sigmoid(f + h)` over the normal `h`, by the trapezoid rule on 25 points
  /// out to six deviations: for so smooth an integrand its error is below 1e-8.
  ///
  /// - Parameter session: The session.
  /// - Returns: The best prediction from one row of `sessions.csv`.
  package static func observableProbability(of session: Session) -> Double {
    let logit = recordedLogit(of: session)
    let price = priceWeight(of: session.basketValue)
    let deviation = Mathematics.squareRoot(
      User.eagernessDeviation * User.eagernessDeviation + price * price
    )
    var sum = 0.0
    var total = 0.0
    for step in -12...12 {
      let point = Double(step) / 2
      let density = Mathematics.exponential(-point * point / 2)
      sum += density * Mathematics.sigmoid(logit + deviation * point)
      total += density
    }
    return sum / total
  }

  private static func affordability(of basketValue: Double) -> Double {
    if basketValue <= 0 { return -1 }
    let distance = (basketValue - 120) / 110
    return 5 * Mathematics.exponential(-distance * distance)
  }

  private static func discountResponse(of session: Session) -> Double {
    if session.visitorType == .new { return 2.2 }
    return switch session.tier {
    case .none: 1.2
    case .bronze: 0.6
    case .silver: 0
    case .gold: -0.6
    }
  }

  private static func recency(of days: Double?) -> Double {
    guard let days else { return 0 }
    return 1.4 * Mathematics.exponential(-days / 3)
  }

  private static func isComfortable(_ session: Session) -> Bool {
    switch session.device {
    case .desktop: (9...17).contains(session.hour)
    case .phone, .tablet: (18...23).contains(session.hour)
    }
  }

  private static func channelEffect(of session: Session) -> Double {
    switch (session.channel, session.visitorType) {
    case (.email, .returning), (.ads, .new): 0.6
    case (.email, .new), (.ads, .returning): -0.3
    default: 0
    }
  }

  private static func priceWeight(of basketValue: Double) -> Double {
    0.3 * Mathematics.logarithm((basketValue + 20) / 80)
  }
}
