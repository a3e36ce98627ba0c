public import ApusCompute

/// What a model's precision costs, measured when it was sealed.
public struct PrecisionReport: Codable, Hashable, Sendable {
  /// The numbers that the net multiplies.
  public let precision: ScoringPrecision
  /// For `int8`, the calibrated range of each layer's inputs.
  public let inputRanges: [ActivationRange]
  /// The rows that it was measured on.
  public let rows: Int
  /// The greatest difference of a score from its float32 score.
  public let greatestDifference: Double
  /// The mean difference of a score from its float32 score.
  public let meanDifference: Double
  /// What is compared.
  public let metric: ScoringQuality.Metric
  /// The metric of the float32 scores.
  public let float32: Double
  /// The metric of this precision's scores.
  public let reduced: Double
  /// The loss that was allowed.
  public let limit: Double

  /// What the precision costs: the fall of an AUC or accuracy, or the share by which an error
  /// grows.
  public var loss: Double { metric.loss(from: float32, to: reduced) }
}

extension PrecisionReport: CustomStringConvertible {
  /// The figures in one line, to six decimals.
  public var description: String {
    func figure(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
    return "\(precision.rawValue): \(metric.rawValue) \(figure(reduced)), float32"
      + " \(figure(float32)), on \(rows) rows; a loss of \(figure(loss)), limit \(limit);"
      + " scores differ by at most \(figure(greatestDifference)),"
      + " \(figure(meanDifference)) on average"
  }
}
