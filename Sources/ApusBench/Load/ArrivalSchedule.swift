/// The times at which requests of an open loop are to begin.
///
/// They depend on the seed alone: a slow server does not move them, which is what makes latencies
/// that are counted from them safe against coordinated omission.
package struct ArrivalSchedule {
  /// When the next request is to begin, in nanoseconds.
  package private(set) var next: UInt64

  private let origin: UInt64
  private let gapNanoseconds: Double
  private let isRandom: Bool
  private var generator: SplitMix64
  // The sum is kept apart from the origin, whose size would cost it its fractions.
  private var elapsed = 0.0

  /// Creates the schedule of an open loop; `nil` for a closed loop, which has none.
  ///
  /// - Parameters:
  ///   - arrivals: When requests begin.
  ///   - origin: The time of the first one, or of the beginning of its random gap.
  ///   - seed: Chooses the random gaps.
  package init?(_ arrivals: LoadPlan.Arrivals, from origin: UInt64, seed: UInt64) {
    switch arrivals {
    case .closedLoop: return nil
    case .fixed(let rate): (gapNanoseconds, isRandom) = (1e9 / rate, false)
    case .poisson(let rate): (gapNanoseconds, isRandom) = (1e9 / rate, true)
    }
    generator = SplitMix64(seed: seed)
    self.origin = origin
    next = origin
    if isRandom { advance() }
  }

  /// Goes on to the next request.
  package mutating func advance() {
    elapsed += isRandom ? generator.exponential() * gapNanoseconds : gapNanoseconds
    next = origin + UInt64(elapsed)
  }
}
