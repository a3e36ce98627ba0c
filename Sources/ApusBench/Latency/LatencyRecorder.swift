import Histogram

/// Collects latencies and tells their distribution.
///
/// It keeps three significant digits from one nanosecond to more than a minute, in constant memory
/// (a high-dynamic-range histogram).
public struct LatencyRecorder: Sendable {
  /// The longest latency that is told apart, in nanoseconds.
  private static let longest: UInt64 = 100_000_000_000

  private var histogram: Histogram<UInt64>

  /// Creates a recorder without a value.
  public init() {
    histogram = Histogram(
      lowestDiscernibleValue: 1,
      highestTrackableValue: Self.longest,
      numberOfSignificantValueDigits: .three
    )
  }

  /// Adds one latency; one beyond 100 s counts as 100 s.
  public mutating func record(nanoseconds: UInt64) {
    _ = histogram.record(min(nanoseconds, Self.longest))
  }

  /// Adds all latencies of another recorder.
  public mutating func add(_ other: LatencyRecorder) {
    histogram.add(other.histogram)
  }

  /// The count of latencies.
  public var count: UInt64 { histogram.totalCount }

  /// Returns the latency that `percent` of all do not exceed, in nanoseconds.
  ///
  /// - Parameter percent: From 0 to 100.
  /// - Returns: The latency; 0 if nothing was recorded.
  public func nanoseconds(atPercentile percent: Double) -> UInt64 {
    histogram.valueAtPercentile(percent)
  }

  /// The longest latency, in nanoseconds.
  public var maximumNanoseconds: UInt64 { nanoseconds(atPercentile: 100) }

  /// One line: p50, p90, p99, p99.9 and the maximum, in microseconds.
  public var summary: String {
    let parts = [("p50", 50.0), ("p90", 90), ("p99", 99), ("p99.9", 99.9)].map { name, percent in
      "\(name) \(Self.microseconds(nanoseconds(atPercentile: percent)))"
    }
    return parts.joined(separator: "  ")
      + "  max \(Self.microseconds(maximumNanoseconds)) us  (n = \(count))"
  }

  /// Writes microseconds with one decimal.
  private static func microseconds(_ nanoseconds: UInt64) -> String {
    let tenths = (nanoseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension LatencyRecorder: Codable {
  /// Reads what ``encode(to:)`` wrote: values and counts in turn.
  public init(from decoder: any Decoder) throws {
    self.init()
    let numbers = try [UInt64](from: decoder)
    for index in stride(from: 0, to: numbers.count - 1, by: 2) {
      _ = histogram.record(min(numbers[index], Self.longest), count: numbers[index + 1])
    }
  }

  /// Writes each latency that was recorded, followed by how often.
  public func encode(to encoder: any Encoder) throws {
    try histogram.recordedValues()
      .flatMap { step in [min(step.value, maximumNanoseconds), step.count] }
      .encode(to: encoder)
  }
}
