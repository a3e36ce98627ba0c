/// What is kept of each channel of the steps that count.
///
/// Shapes: x batch(..., steps, channels), result batch(..., channels). A row of which no step
/// counts gives zeros. The gradient of a maximum goes to the first of equal steps.
public enum Pool: String, Hashable, Sendable, Codable, CaseIterable {
  /// The greatest.
  case maximum
  /// The mean.
  case mean

  /// The shape of a pool, or nil where x has no steps, or lengths do not suit it.
  static func shape(_ x: Shape, hasLengths: Bool) -> Shape? {
    guard x.isBatched, x.dimensions.count >= 2, !hasLengths || x.dimensions.count == 2
    else { return nil }
    return Shape(batched: true, x.dimensions.dropLast(2) + [x.columns])
  }
}
