extension RankCurve {
  /// This curve with at most `limit` points, the last among them, evenly spread over the rows.
  ///
  /// Points that stay are exact; a picture needs no more of them than it has pixels.
  ///
  /// - Precondition: `limit` is at least 2.
  public func thinned(to limit: Int) -> RankCurve {
    precondition(limit >= 2, "a curve keeps at least 2 points, not \(limit)")
    guard thresholds.count > limit else { return self }
    let spacing = Double(rows) / Double(limit)
    var kept: [Int] = []
    for index in thresholds.indices.dropLast()
    where Double(truePositives[index] + falsePositives[index]) >= Double(kept.count) * spacing
      && kept.count < limit - 1
    {
      kept.append(index)
    }
    kept.append(thresholds.count - 1)
    return RankCurve(
      thresholds: kept.map { thresholds[$0] }, truePositives: kept.map { truePositives[$0] },
      falsePositives: kept.map { falsePositives[$0] })
  }
}
