extension RankCurve {
  /// The share of all positive rows that the best-scored rows hold; nil where no row is positive.
  ///
  /// Where the cut falls among equal scores, each of them counts by the same part.
  ///
  /// - Parameter share: the part of the rows that is taken, from 0 to 1.
  /// - Returns: the cumulative gain at that part, from 0 to 1.
  public func gain(at share: Double) -> Double? {
    precondition(0...1 ~= share, "a share of rows goes from 0 to 1, not \(share)")
    guard positives > 0 else { return nil }
    let taken = share * Double(rows)
    var (hits, alarms) = (0, 0)
    for (truePositives, falsePositives) in zip(truePositives, falsePositives) {
      let (before, after) = (Double(hits + alarms), Double(truePositives + falsePositives))
      if after >= taken {
        let part = (taken - before) / (after - before)
        return (Double(hits) + part * Double(truePositives - hits)) / Double(positives)
      }
      (hits, alarms) = (truePositives, falsePositives)
    }
    return 1
  }

  /// How many times more positive rows the best-scored rows hold than as many rows taken at random;
  /// nil where no row is positive.
  ///
  /// - Parameter share: the part of the rows that is taken, above 0 and up to 1.
  /// - Returns: `gain(at: share) / share`.
  public func lift(at share: Double) -> Double? {
    precondition(share > 0, "a lift needs a share of rows above 0, not \(share)")
    return gain(at: share).map { $0 / share }
  }
}
