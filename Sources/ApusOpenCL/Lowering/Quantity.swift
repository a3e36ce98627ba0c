import ApusCompute

/// A whole number that may depend on the rows of a run:
/// `ceil(extent * factor / divisor) * repeats`.
struct Quantity: Hashable {
  /// The extent that is scaled.
  let extent: Extent
  /// What it is multiplied by.
  let factor: Int
  /// What the product is divided by, rounding up.
  let divisor: Int
  /// How often the rounded quotient is taken.
  let repeats: Int

  /// Scales an extent.
  init(_ extent: Extent, times factor: Int = 1, dividedBy divisor: Int = 1, repeats: Int = 1) {
    self.extent = extent
    self.factor = factor
    self.divisor = divisor
    self.repeats = repeats
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
  /// Parts of parts are rounded up once, which is the same as rounding up twice.
  ///
  /// - Precondition: it has not been repeated.
  func parts(of size: Int) -> Quantity {
    precondition(repeats == 1, "\(self) is repeated; its parts are not whole")
    return Quantity(extent, times: factor, dividedBy: divisor * size)
  }

  /// This quantity `count` times.
  func repeated(_ count: Int) -> Quantity {
    Quantity(extent, times: factor, dividedBy: divisor, repeats: repeats * count)
  }

  /// Whether the number differs from run to run.
  var isBatched: Bool { extent.isBatched }

  /// The number in a run of `rows` rows.
  func value(rows: Int) -> Int {
    (extent.count(batchSize: rows) * factor + divisor - 1) / divisor * repeats
  }
}
