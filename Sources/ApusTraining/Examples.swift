public import ApusCompute

/// Rows of features with their targets.
///
/// The features stay where they are, in memory or in a file that is mapped: copies of this value
/// share them.
public struct Examples: Sendable {
  /// The features of each row.
  public let table: RowTable
  /// One target for each row: 0 or 1, a class index, or a number.
  public let targets: [Float]
  /// How much each row counts in training, from 0 up; nil where all count alike.
  public let weights: [Float]?

  /// Pairs features with targets.
  ///
  /// - Parameters:
  ///   - table: the features of each row.
  ///   - targets: one for each row.
  ///   - weights: one for each row, where there are some.
  /// - Precondition: there are as many targets, and weights, as rows.
  public init(_ table: RowTable, targets: [Float], weights: [Float]? = nil) {
    precondition(
      table.count == targets.count && weights?.count ?? targets.count == targets.count,
      "\(table.count) rows and \(weights?.count ?? 0) weights for \(targets.count) targets")
    self.table = table
    self.targets = targets
    self.weights = weights
  }

  /// Copies features and pairs them with targets.
  ///
  /// - Precondition: there are `width` features for each target, and a weight where there are some.
  public init(features: [Float], targets: [Float], width: Int, weights: [Float]? = nil) {
    self.init(RowTable(features, width: width), targets: targets, weights: weights)
  }

  /// The number of rows.
  public var count: Int { targets.count }

  /// The number of features of a row.
  public var width: Int { table.width }

  /// `count` x `width` features, row by row.
  public var features: Span<Float> {
    @_lifetime(borrow self)
    get { unsafe _overrideLifetime(table.values, borrowing: self) }
  }

  /// A copy of the chosen rows, in the order given.
  public func selecting(_ rows: [Int]) -> Examples {
    let table = RowTable(count: rows.count, width: width, blockRows: 1024) { block, output in
      let features = features
      for (place, index) in block.enumerated() {
        for column in 0..<width {
          output[place * width + column] = features[rows[index] * width + column]
        }
      }
    }
    return Examples(
      table, targets: rows.map { targets[$0] },
      weights: weights.map { weights in rows.map { weights[$0] } })
  }

  /// These rows with weights, or with none.
  public func weighted(by weights: [Float]?) -> Examples {
    Examples(table, targets: targets, weights: weights)
  }
}
