/// How many rows of each class have which score, by bins of equal width.
public struct ScoreHistogram: Codable, Hashable, Sendable {
  /// The least score.
  public let lowest: Double
  /// The greatest score.
  public let highest: Double
  /// The rows of each class in each bin: `counts[class][bin]`.
  public let counts: [[Int]]

  /// Counts scores.
  ///
  /// - Parameters:
  ///   - scores: the scores of each class; what is not finite is left out.
  ///   - range: the scores that the bins cover; nil for those that occur. What lies outside is
  ///     counted in the nearest bin.
  ///   - binCount: the number of bins.
  public init(_ scores: [[Double]], over range: ClosedRange<Double>? = nil, binCount: Int = 40) {
    precondition(binCount > 0, "a histogram needs a bin, not \(binCount)")
    let finite = scores.map { $0.filter(\.isFinite) }
    let lowest = range?.lowerBound ?? finite.compactMap { $0.min() }.min() ?? 0
    let highest = range?.upperBound ?? finite.compactMap { $0.max() }.max() ?? 0
    let width = highest > lowest ? highest - lowest : 1
    counts = finite.map { scores in
      var counts = [Int](repeating: 0, count: binCount)
      for score in scores {
        let place = (score - lowest) / width * Double(binCount)
        counts[Int(max(0, min(place, Double(binCount - 1))))] += 1
      }
      return counts
    }
    self.lowest = lowest
    self.highest = highest
  }
}
