/// The values that one layer's inputs took on the rows of a calibration.
///
/// An input of 8 bits stands for `step * (byte - zero)`; what lies outside the range is cut to it.
public struct ActivationRange: Hashable, Sendable, Codable {
  /// The least value, or 0 where all are greater.
  public let minimum: Float
  /// The greatest value, or 0 where all are less.
  public let maximum: Float

  /// A range from `minimum` to `maximum`, made to hold 0.
  public init(minimum: Float = 0, maximum: Float = 0) {
    self.minimum = min(minimum, 0)
    self.maximum = max(maximum, 0)
  }

  /// The range of `values` and 0; values that are not finite are passed over.
  public init(of values: Span<Float>) {
    var (minimum, maximum): (Float, Float) = (0, 0)
    for index in values.indices where values[index].isFinite {
      minimum = min(minimum, values[index])
      maximum = max(maximum, values[index])
    }
    self.init(minimum: minimum, maximum: maximum)
  }

  /// The smallest range that holds both.
  public func union(_ other: ActivationRange) -> ActivationRange {
    ActivationRange(
      minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum))
  }

  /// The difference that one bit makes.
  public var step: Float {
    // In two parts: the difference of two finite numbers need not be finite.
    let step = maximum / 255 - minimum / 255
    return step >= .leastNormalMagnitude ? step : 1
  }

  /// The byte that stands for 0.
  public var zero: Float { (-minimum / step).rounded(.toNearestOrEven) }
}
