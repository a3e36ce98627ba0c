#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Brings the numbers of a column to mean 0 and deviation 1, squashing heavy tails first if fitted
/// so.
public struct Scaling: Codable, Hashable, Sendable {
  /// How many deviations from the mean a feature is at most; farther values stop there, so that no
  /// finite input can overflow a net.
  public static let limit: Double = 1000

  /// Whether `sign(x) log(1 + |x|)` comes first.
  public let isSquashed: Bool

  /// The mean of the (squashed) training values.
  public let mean: Double

  /// The population standard deviation of the (squashed) training values, above 0.
  public let deviation: Double

  /// Fits to values, in their order; the result is nil when they are all the same.
  ///
  /// - Parameters:
  ///   - values: At least one finite number.
  ///   - squashAboveSkewness: The absolute skewness above which to squash; nil for never.
  init?(fitting values: some Sequence<Double>, squashAboveSkewness: Double?) {
    let raw = Moments(values)
    let isSkewed = squashAboveSkewness.map { raw.skewness.magnitude > $0 } ?? false
    let moments = isSkewed ? Self.squashedMoments(values) : raw
    guard moments.deviation > 0 else { return nil }
    isSquashed = isSkewed
    mean = moments.mean
    deviation = moments.deviation
  }

  init(isSquashed: Bool, mean: Double, deviation: Double) {
    self.isSquashed = isSquashed
    self.mean = mean
    self.deviation = deviation
  }

  /// Whether the fitted numbers are finite; values near the largest double overflow them.
  var isFinite: Bool { mean.isFinite && deviation.isFinite }

  /// Computes a feature: `(f(x) - mean) / deviation`, kept within the limit.
  ///
  /// - Parameter number: A finite number.
  /// - Returns: A finite number.
  public func callAsFunction(_ number: Double) -> Float {
    let value = ((isSquashed ? Self.squashed(number) : number) - mean) / deviation
    return Float(min(max(value, -Self.limit), Self.limit))
  }

  private static func squashed(_ number: Double) -> Double {
    number < 0 ? -log1p(-number) : log1p(number)
  }

  /// The moments of values that are squashed once where they are gathered in memory, and in each
  /// pass where they are not.
  private static func squashedMoments(_ values: some Sequence<Double>) -> Moments {
    if let gathered = values as? [Double] { return Moments(gathered.map(squashed)) }
    return Moments(values.lazy.map(squashed))
  }

  /// Mean, deviation and skewness by two passes in the order of the values.
  private struct Moments {
    var mean: Double
    var deviation: Double
    var skewness: Double

    init(_ values: some Sequence<Double>) {
      var (rows, sum) = (0, 0.0)
      for value in values {
        rows += 1
        sum += value
      }
      let count = Double(rows)
      mean = sum / count
      var (second, third) = (0.0, 0.0)
      var first: Double?
      // All values being equal does not make their rounded mean equal to them.
      var isConstant = true
      for value in values {
        let difference = value - mean
        second += difference * difference
        third += difference * difference * difference
        if value != first ?? value { isConstant = false }
        first = first ?? value
      }
      deviation = isConstant ? 0 : (second / count).squareRoot()
      skewness = deviation > 0 ? third / count / (deviation * deviation * deviation) : 0
    }
  }
}
