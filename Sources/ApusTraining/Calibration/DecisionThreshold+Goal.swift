internal import ApusMetrics
internal import ApusModel

extension DecisionThreshold {
  /// Chooses the threshold that serves a goal best on held rows; nil where none reaches it.
  ///
  /// - Parameters:
  ///   - goal: what to choose by.
  ///   - scores: one for each row.
  ///   - targets: 0 or 1 for each row.
  init?(for goal: DecisionGoal, scores: [Float], targets: [Float]) {
    let curve = RankCurve(
      scores: scores.map(Double.init), isPositive: targets.map { $0 >= 0.5 })
    guard let threshold = curve.threshold(for: goal) else { return nil }
    let confusion = ConfusionMatrix(predictions: scores, targets: targets, threshold: threshold)
    self.init(
      goal: "\(goal)", threshold: threshold, rows: targets.count,
      precision: confusion.precision(of: 1) ?? 0, recall: confusion.recall(of: 1) ?? 0)
  }
}
