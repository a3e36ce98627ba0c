/// What a ``LatencyHistogram`` had counted at one moment.
///
/// Snapshots of several histograms can be added, and an earlier one of the same histogram can be
/// taken away: the difference tells what happened in between.
public struct LatencySnapshot: Sendable, Equatable {
  /// How many times were counted.
  public private(set) var count: UInt64

  /// The sum of all times, in nanoseconds.
  public private(set) var sumNanoseconds: UInt64

  /// The longest time, in nanoseconds; of a difference, the longest since the start.
  public private(set) var maximumNanoseconds: Int64

  private var counts: [UInt64]

  /// Creates the snapshot of a histogram that has counted nothing.
  public init() {
    self.init(
      counts: Array(repeating: 0, count: LatencyBuckets.count), sumNanoseconds: 0,
      maximumNanoseconds: 0)
  }

  init(counts: [UInt64], sumNanoseconds: UInt64, maximumNanoseconds: Int64) {
    self.counts = counts
    self.count = counts.reduce(0, +)
    self.sumNanoseconds = sumNanoseconds
    self.maximumNanoseconds = maximumNanoseconds
  }

  /// The mean time, in nanoseconds; 0 if there is none.
  public var meanNanoseconds: Double { count == 0 ? 0 : Double(sumNanoseconds) / Double(count) }

  /// The buckets that are not empty, in ascending order of their times.
  public var buckets: [Bucket] {
    counts.indices.compactMap { index in
      counts[index] == 0
        ? nil
        : Bucket(upperBoundNanoseconds: LatencyBuckets.upperBound(of: index), count: counts[index])
    }
  }

  /// Returns the time that a share of all times does not exceed.
  ///
  /// - Parameter share: The share, from 0 to 1: 0.99 for the 99th percentile.
  /// - Returns: The time in nanoseconds, within 1/64; 0 if nothing was counted.
  public func quantile(_ share: Double) -> Int64 {
    precondition(0...1 ~= share, "a share is from 0 to 1, not \(share)")
    let rank = max(1, UInt64((share * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for index in counts.indices {
      seen += counts[index]
      guard seen >= rank else { continue }
      return min(LatencyBuckets.middle(of: index), maximumNanoseconds)
    }
    return 0
  }

  /// Returns how many times were no longer than a bound.
  ///
  /// - Parameter nanoseconds: The bound; exact for powers of two from 64 on.
  /// - Returns: The count of times.
  public func count(atMost nanoseconds: Int64) -> UInt64 {
    var total: UInt64 = 0
    for index in counts.indices where LatencyBuckets.upperBound(of: index) <= nanoseconds {
      total += counts[index]
    }
    return total
  }

  /// Adds what another histogram counted.
  ///
  /// - Parameter other: Its snapshot.
  public mutating func add(_ other: LatencySnapshot) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    sumNanoseconds += other.sumNanoseconds
    maximumNanoseconds = max(maximumNanoseconds, other.maximumNanoseconds)
  }

  /// Returns what was counted after an earlier snapshot of the same histogram.
  ///
  /// - Parameter earlier: The earlier snapshot.
  /// - Returns: The difference; its maximum is the one since the start.
  public func since(_ earlier: LatencySnapshot) -> LatencySnapshot {
    LatencySnapshot(
      counts: counts.indices.map { counts[$0] - min(counts[$0], earlier.counts[$0]) },
      sumNanoseconds: sumNanoseconds - min(sumNanoseconds, earlier.sumNanoseconds),
      maximumNanoseconds: maximumNanoseconds)
  }
}

extension LatencySnapshot {
  /// A range of times and how many there were.
  public struct Bucket: Sendable, Equatable {
    /// The longest time of the range, in nanoseconds.
    public let upperBoundNanoseconds: Int64

    /// How many times were in the range.
    public let count: UInt64
  }
}
