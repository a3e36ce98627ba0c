/// The least score of a row that is called positive, and what it was chosen for.
public struct DecisionThreshold: Codable, Hashable, Sendable {
  /// The goal as it was typed, such as `precision=0.8`.
  public let goal: String
  /// The least score of a positive row.
  public let threshold: Double
  /// The validation rows that it was chosen on.
  public let rows: Int
  /// Of the rows that it calls positive there, the share that is.
  public let precision: Double
  /// Of the positive rows there, the share that it finds.
  public let recall: Double

  /// Describes a choice.
  public init(
    goal: String, threshold: Double, rows: Int, precision: Double, recall: Double
  ) {
    self.goal = goal
    self.threshold = threshold
    self.rows = rows
    self.precision = precision
    self.recall = recall
  }
}

extension DecisionThreshold: CustomStringConvertible {
  /// The choice in one line, to four decimals.
  public var description: String {
    func figure(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
    return "threshold \(figure(threshold)) for \(goal): precision \(figure(precision)), recall"
      + " \(figure(recall)) on \(rows) validation rows"
  }
}
