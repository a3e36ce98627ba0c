extension RankCurve {
  /// The threshold that serves a goal best.
  ///
  /// It lies half-way between the score of the last row that is called positive and the next lower
  /// one, so that no device's last bit decides a row that was seen here. Of points that serve
  /// equally well the one with the higher threshold is taken.
  ///
  /// - Parameter goal: what to choose by.
  /// - Returns: the threshold, or nil where no row is positive or no threshold reaches the goal.
  /// - Complexity: O(n).
  public func threshold(for goal: DecisionGoal) -> Double? {
    guard positives > 0 else { return nil }
    var best: (index: Int, value: Double)?
    for index in thresholds.indices {
      guard let value = value(of: index, for: goal) else { continue }
      if let known = best, known.value >= value { continue }
      best = (index, value)
    }
    guard let index = best?.index else { return nil }
    let lower = index + 1 < thresholds.count ? thresholds[index + 1] : thresholds[index]
    guard lower > Self.least else { return thresholds[index] }
    return thresholds[index] + (lower - thresholds[index]) / 2
  }

  /// How well a point serves a goal; nil where it does not reach it.
  private func value(of index: Int, for goal: DecisionGoal) -> Double? {
    let (hits, alarms) = (Double(truePositives[index]), Double(falsePositives[index]))
    let (precision, recall) = (hits / (hits + alarms), hits / Double(positives))
    return switch goal {
    case .f1: 2 * hits / (hits + alarms + Double(positives))
    case .precision(let least): precision >= least ? recall : nil
    case .recall(let least): recall >= least ? precision : nil
    case .cost(let miss, let falseAlarm):
      -(miss * (Double(positives) - hits) + falseAlarm * alarms)
    }
  }
}
