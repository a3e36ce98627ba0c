internal import ApusRandom

/// What follows a cut-off, and nothing else: the only code that looks at events from it on.
struct EventTarget {
  /// What a row is to predict.
  enum Outcome {
    case unknown
    case happens(Bool)
    case item(Int)
    case candidate(Int, comes: Bool)
  }

  private let log: EventLog
  private let target: EventRecipe.Target
  private let horizon: Double
  private let seed: UInt64
  /// The index of the kind to predict; nil for any.
  private let kind: Int?

  init(_ recipe: EventRecipe, _ log: EventLog) throws(DataError) {
    self.log = log
    target = recipe.target
    horizon = recipe.horizonSeconds
    seed = recipe.seed
    var name: String?
    switch recipe.target {
    case .none: break
    case .event(let kind): name = kind
    case .nextItem(let kind, let negatives):
      name = kind
      guard !log.items.isEmpty, negatives >= 0 else {
        throw DataError(
          .invalidOption, "the next item needs items, and no fewer than 0 negatives",
          found: "\(log.items.count) items, \(negatives) negatives")
      }
    }
    kind = log.kinds.firstIndex { $0 == name }
    guard name == nil || kind != nil else {
      throw DataError(
        .invalidOption, "no event of the log is of the kind to predict",
        expected: "one of \(log.kinds.sorted(by: Label.byteOrder).joined(separator: ", "))",
        found: name)
    }
  }

  /// The items that negatives are drawn from: those of events before a cut-off, ascending.
  func pool(before cutoff: Double) -> [Int] {
    guard case .nextItem(_, 1...) = target else { return [] }
    var isSeen = [Bool](repeating: false, count: log.items.count)
    for event in log.events where event.item >= 0 && event.time < cutoff {
      isSeen[event.item] = true
    }
    return isSeen.indices.filter { isSeen[$0] }
  }

  /// What follows for a user; empty where the user has no row.
  func outcomes(of user: Int, at cutoff: Double, pool: [Int]) -> [Outcome] {
    if target == .none { return [.unknown] }
    let start = log.history(of: user, before: cutoff).endIndex
    let end = log.history(of: user, before: cutoff + horizon).endIndex
    let future = log.events[start..<end]
    let hits = future.filter { kind == nil || $0.kind == kind }
    guard case .nextItem(_, let negatives) = target else { return [.happens(!hits.isEmpty)] }
    guard let next = hits.first(where: { $0.item >= 0 })?.item else { return [] }
    guard negatives > 0 else { return [.item(next)] }
    let met = Set(future.map(\.item))
    // The stream is that of the user's place and the cut-off, whatever other rows there are.
    var random = PhiloxSequence(seed: seed, stream: UInt64(user) ^ cutoff.bitPattern)
    var drawn = pool.filter { !met.contains($0) }
    var outcomes: [Outcome] = [.candidate(next, comes: true)]
    for _ in 0..<min(negatives, drawn.count) {
      let index = Int(random.next(below: UInt32(drawn.count)))
      outcomes.append(.candidate(drawn[index], comes: false))
      drawn.swapAt(index, drawn.count - 1)
      drawn.removeLast()
    }
    return outcomes
  }
}
