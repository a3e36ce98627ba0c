/// Rows of features with their targets, in memory.
public struct Examples: Sendable {
  /// `count` x `width` features, row by row.
  public let features: [Float]
  /// One target for each row: 0 or 1, a class index, or a number.
  public let targets: [Float]
  /// The number of features of a row.
  public let width: Int

  /// Pairs features with targets.
  ///
  /// - Precondition: there are `width` features for each target.
  public init(features: [Float], targets: [Float], width: Int) {
    precondition(
      features.count == targets.count * width,
      "\(features.count) features of width \(width) for \(targets.count) targets")
    self.features = features
    self.targets = targets
    self.width = width
  }

  /// The number of rows.
  public var count: Int { targets.count }

  /// The chosen rows, in the order given.
  public func selecting(_ rows: [Int]) -> Examples {
    var features: [Float] = []
    features.reserveCapacity(rows.count * width)
    for row in rows { features += self.features[row * width..<(row + 1) * width] }
    return Examples(features: features, targets: rows.map { targets[$0] }, width: width)
  }
}
