internal import ApusData

/// How much rows count in training; in metrics all rows count alike.
public struct RowWeighting: Hashable, Sendable {
  /// Whether each class counts as much as any other, whatever its number of rows.
  ///
  /// A row of a class with r of n rows among K classes counts `n / (K r)`, as scikit-learn has it.
  public var balancesClasses = false
  /// The column of rows' own weights, which is no feature.
  public var column: String?

  /// All rows count alike.
  public init() {}

  /// The weights of the training rows, scaled to a mean of 1 so that the learning rate keeps its
  /// meaning.
  ///
  /// - Parameters:
  ///   - rows: the training rows.
  ///   - labels: one for each row of the table, a class where classes are balanced.
  ///   - table: the table.
  /// - Returns: a weight for each of `rows`; nil where all count alike.
  /// - Throws: `DataError` where the column is not one of weights, or no row has any.
  func weights(of rows: [Int], labels: [Float], in table: Table) throws(DataError) -> [Float]? {
    guard balancesClasses || column != nil else { return nil }
    var weights = [Float](repeating: 1, count: rows.count)
    if let column {
      let all = try table.weights(inColumn: column)
      weights = rows.map { all[$0] }
    }
    if balancesClasses {
      var counts: [Float: Int] = [:]
      for row in rows { counts[labels[row], default: 0] += 1 }
      for (index, row) in rows.enumerated() {
        weights[index] *= Float(rows.count) / Float(counts.count * (counts[labels[row]] ?? 1))
      }
    }
    let mean = weights.reduce(0.0) { $0 + Double($1) } / Double(weights.count)
    guard mean > 0 else {
      throw DataError(
        .invalidOption, "no training row has any weight", column: column,
        expected: "a weight above 0", found: "zeros")
    }
    return weights.map { Float(Double($0) / mean) }
  }
}
