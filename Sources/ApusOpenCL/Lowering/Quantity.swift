import ApusCompute

/// A whole number that may depend on the rows of a run: `ceil(extent * factor / divisor)`.
struct Quantity: Hashable {
  /// The extent that is scaled.
  let extent: Extent
  /// What it is multiplied by.
  let factor: Int
  /// What the product is divided by, rounding up.
  let divisor: Int

  /// Scales an extent.
  init(_ extent: Extent, times factor: Int = 1, dividedBy divisor: Int = 1) {
    self.extent = extent
    self.factor = factor
    self.divisor = divisor
  }

  /// A number that is the same in every run.
  init(_ count: Int, dividedBy divisor: Int = 1) {
    self.init(.fixed(count), dividedBy: divisor)
  }

  /// The number of elements of a tensor.
  init(elementsOf shape: Shape) {
    self.init(shape.rows, times: shape.columns)
  }

  /// This quantity in parts of `size`, the last of which may be smaller.
  ///
  /// - Precondition: it has not been divided yet.
  func parts(of size: Int) -> Quantity {
    precondition(divisor == 1, "\(self) is in parts already")
    return Quantity(extent, times: factor, dividedBy: size)
  }

  /// Whether the number differs from run to run.
  var isBatched: Bool { extent == .batch }

  /// The number in a run of `rows` rows.
  func value(rows: Int) -> Int { (extent.count(batchSize: rows) * factor + divisor - 1) / divisor }
}
