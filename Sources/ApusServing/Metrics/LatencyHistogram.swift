import Synchronization

/// How often things took how long, counted by any number of threads without a lock.
///
/// Times from 64 ns to 137 s are told apart to 1/32; shorter and longer ones are counted at the
/// ends. Recording is two additions and a comparison, and allocates nothing.
///
/// ```swift
/// let latency = LatencyHistogram()
/// latency.record(nanoseconds: 84_000)
/// latency.snapshot().quantile(0.99)   // 84 000, within 1.6 %
/// ```
public final class LatencyHistogram: Sendable {
  private let counts: [994 of Atomic<UInt64>] = InlineArray { _ in Atomic(0) }
  private let sum = Atomic<UInt64>(0)
  private let maximum = Atomic<Int64>(0)

  /// Creates a histogram that has counted nothing.
  public init() {
    precondition(
      counts.count == LatencyBuckets.count,
      "a histogram has \(LatencyBuckets.count) buckets, not \(counts.count)")
  }

  /// Counts one time.
  ///
  /// - Parameter nanoseconds: The time; a negative one counts as 0.
  public func record(nanoseconds: Int64) {
    counts[LatencyBuckets.index(of: nanoseconds)].add(1, ordering: .relaxed)
    sum.add(UInt64(max(nanoseconds, 0)), ordering: .relaxed)
    // A look is cheaper than an exchange, and a new maximum is rare.
    if nanoseconds > maximum.load(ordering: .relaxed) {
      maximum.max(nanoseconds, ordering: .relaxed)
    }
  }

  /// Returns what has been counted up to now.
  ///
  /// Times that other threads record meanwhile are in it or not.
  public func snapshot() -> LatencySnapshot {
    LatencySnapshot(
      counts: counts.indices.map { counts[$0].load(ordering: .relaxed) },
      sumNanoseconds: sum.load(ordering: .relaxed),
      maximumNanoseconds: maximum.load(ordering: .relaxed))
  }
}
