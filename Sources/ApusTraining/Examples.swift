/// Rows of features with their targets, in memory.
public struct Examples: Sendable {
  /// `count` x `width` features, row by row.
  public let features: [Float]
  /// One target for each row: 0 or 1, a class index, or a number.
  public let targets: [Float]
  /// The number of features of a row.
  public let width: Int
  /// How much each row counts in training, from 0 up; nil where all count alike.
  public let weights: [Float]?

  /// Pairs features with targets.
  ///
  /// - Precondition: there are `width` features for each target, and a weight where there are some.
  public init(features: [Float], targets: [Float], width: Int, weights: [Float]? = nil) {
    precondition(
      features.count == targets.count * width && weights?.count ?? targets.count == targets.count,
      "\(features.count) features of width \(width) and \(weights?.count ?? 0) weights for"
        + " \(targets.count) targets")
    self.features = features
    self.targets = targets
    self.width = width
    self.weights = weights
  }

  /// The number of rows.
  public var count: Int { targets.count }

  /// The chosen rows, in the order given.
  public func selecting(_ rows: [Int]) -> Examples {
    var features: [Float] = []
    features.reserveCapacity(rows.count * width)
    for row in rows { features += self.features[row * width..<(row + 1) * width] }
    return Examples(
      features: features, targets: rows.map { targets[$0] }, width: width,
      weights: weights.map { weights in rows.map { weights[$0] } })
  }

  /// These rows with weights, or with none.
  public func weighted(by weights: [Float]?) -> Examples {
    Examples(features: features, targets: targets, width: width, weights: weights)
  }
}
