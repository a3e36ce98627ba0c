import Synchronization

/// How often batches had how many rows, by powers of two, counted without a lock.
///
/// ```
/// bucket   0   1   2     3     4   …     16
/// rows     1   2   3–4   5–8   9–16 …   32 769 and more
/// ```
public final class SizeHistogram: Sendable {
  private let counts: [17 of Atomic<UInt64>] = InlineArray { _ in Atomic(0) }
  private let sum = Atomic<UInt64>(0)

  /// Creates a histogram that has counted nothing.
  public init() {}

  /// Counts one batch.
  ///
  /// - Parameter rows: Its rows.
  public func record(rows: Int) {
    let bits = Int.bitWidth - (max(rows, 1) - 1).leadingZeroBitCount
    counts[min(bits, counts.count - 1)].add(1, ordering: .relaxed)
    sum.add(UInt64(max(rows, 0)), ordering: .relaxed)
  }

  /// Returns what has been counted up to now.
  public func snapshot() -> Snapshot {
    Snapshot(
      counts: counts.indices.map { counts[$0].load(ordering: .relaxed) },
      rows: sum.load(ordering: .relaxed))
  }
}

extension SizeHistogram {
  /// What a histogram had counted at one moment.
  public struct Snapshot: Sendable, Equatable, Encodable {
    /// How many batches had up to 1, 2, 4, 8, … rows and more than half of that.
    public let counts: [UInt64]

    /// The rows of all batches.
    public let rows: UInt64

    /// How many batches there were.
    public var count: UInt64 { counts.reduce(0, +) }

    /// The mean rows of a batch; 0 if there is none.
    public var meanRows: Double { count == 0 ? 0 : Double(rows) / Double(count) }
  }
}
