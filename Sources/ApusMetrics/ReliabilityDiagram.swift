/// What came true beside what was predicted, by bins of equal width.
///
/// Row `i` predicts with confidence `c[i]` from 0 to 1 and is right or not. Bin `b` holds the
/// confidences from `b / bins` to below `(b + 1) / bins`, the last one 1 too.
///
/// Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017).
public struct ReliabilityDiagram: Codable, Hashable, Sendable {
  /// One bin with at least one row.
  public struct Bin: Codable, Hashable, Sendable {
    /// The rows.
    public let rows: Int
    /// The mean of what was predicted.
    public let predicted: Double
    /// The share that came true.
    public let observed: Double
  }

  /// The bins that have rows, by ascending confidence.
  public let bins: [Bin]

  /// Sorts rows into bins.
  ///
  /// - Parameters:
  ///   - confidences: what was predicted for each row, 0 to 1; what lies outside is moved there.
  ///   - outcomes: whether it came true.
  ///   - binCount: the number of bins.
  public init(confidences: [Double], outcomes: [Bool], binCount: Int = 15) {
    precondition(
      confidences.count == outcomes.count && binCount > 0,
      "\(confidences.count) confidences and \(outcomes.count) outcomes in \(binCount) bins")
    var (rows, hits) = (
      [Int](repeating: 0, count: binCount), [Int](repeating: 0, count: binCount)
    )
    var sums = [Double](repeating: 0, count: binCount)
    for (confidence, outcome) in zip(confidences, outcomes) {
      // Written so that a confidence that is not a number counts as 0.
      let clamped = confidence > 0 ? min(confidence, 1) : 0
      let bin = min(Int(clamped * Double(binCount)), binCount - 1)
      rows[bin] += 1
      hits[bin] += outcome ? 1 : 0
      sums[bin] += clamped
    }
    bins = rows.indices.filter { rows[$0] > 0 }.map {
      Bin(
        rows: rows[$0], predicted: sums[$0] / Double(rows[$0]),
        observed: Double(hits[$0]) / Double(rows[$0]))
    }
  }

  /// The expected calibration error: the gap between predicted and observed, averaged over rows.
  ///
  /// `sum over bins of rows[b] / n |observed[b] - predicted[b]|`; nil without rows. Source:
  /// Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
  /// binning" (2015).
  public var calibrationError: Double? {
    let rows = bins.reduce(0) { $0 + $1.rows }
    guard rows > 0 else { return nil }
    return bins.reduce(0) { $0 + Double($1.rows) * abs($1.observed - $1.predicted) }
      / Double(rows)
  }
}
