import ApusSimulation
import Testing

@Suite struct PurchaseModelTests {
  /// A session that every term but the constant ones leaves alone.
  private static let plain: Session = {
    var session = Session(user: 0, day: 0, second: 3 * 3_600)
    session.bestMatch = 0.7
    return session
  }()

  private static let plainLogit = -7 - 1 - 0.2 + 1.5 * (ShopCalendar.season(of: 0) - 1)

  /// Each term of the formula by itself, worked out by hand.
  @Test(arguments: [
    Term("nothing", 0) { _ in },
    Term("half liking, full attention", 3) { session in
      session.views = [.init(item: 0, isCarted: false, match: 0.7, offset: 0, seconds: 100_000)]
    },
    Term("half liking, 63 % attention", 3 * 0.632_120_558_8) { session in
      session.views = [.init(item: 0, isCarted: false, match: 0.7, offset: 0, seconds: 120)]
    },
    Term("the best basket", 6) { session in session.basketValue = 120 },
    Term("a basket off by one width", 1 + 5 * 0.367_879_441_2) { session in
      session.basketValue = 230
    },
    Term("a discount for a stranger", 2.2 * 0.632_120_558_8) { session in
      session.discount = 0.08
    },
    Term("a discount for gold", -0.6 * 0.632_120_558_8) { session in
      session.discount = 0.08
      session.visitorType = .returning
      session.tier = .gold
    },
    Term("a visit three days ago", 1.4 * 0.367_879_441_2) { session in
      session.daysSinceLastVisit = 3
    },
    Term("a bounce rate of one tenth", -4) { session in session.bounceRate = 0.1 },
    Term("a desktop at noon", 0.6) { session in session.second = 12 * 3_600 },
    Term("a phone at noon", 0) { session in
      session.device = .phone
      session.second = 12 * 3_600
    },
    Term("a phone in the evening", 0.6) { session in
      session.device = .phone
      session.second = 20 * 3_600
    },
    Term("advertisement to a stranger", 0.6) { session in session.channel = .ads },
    Term("mail to a stranger", -0.3) { session in session.channel = .email },
    Term("mail to a friend", 0.6) { session in
      session.channel = .email
      session.visitorType = .returning
    },
  ])
  func `each term adds what the formula says`(_ term: Term) {
    var session = Self.plain
    term.change(&session)
    let logit = PurchaseModel.recordedLogit(of: session)
    #expect(abs(logit - Self.plainLogit - term.effect) < 1e-9)
  }

  @Test func `the observable probability is the mean over hidden users`() {
    var session = Self.plain
    session.basketValue = 180
    session.bounceRate = 0.02
    let logit = PurchaseModel.recordedLogit(of: session)
    let price = 0.3 * Mathematics.logarithm(200.0 / 80)
    var random = RandomStream(seed: 1, purpose: .user)
    let draws = 400_000
    let sum = (0..<draws).reduce(0.0) { sum, _ in
      sum + Mathematics.sigmoid(logit + 0.45 * random.normal() - price * random.normal())
    }
    let expected = sum / Double(draws)
    let observable = PurchaseModel.observableProbability(of: session)
    #expect(abs(observable / expected - 1) < 0.005)
  }

  struct Term: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let effect: Double
    let change: @Sendable (inout Session) -> Void

    init(_ name: String, _ effect: Double, _ change: @escaping @Sendable (inout Session) -> Void) {
      testDescription = name
      self.effect = effect
      self.change = change
    }
  }
}
