/// How good scores are, in the one number by which precisions are compared.
public struct ScoringQuality: Hashable, Sendable {
  /// A metric and the way it falls.
  public enum Metric: String, Codable, Hashable, Sendable {
    /// The area under the ROC curve.
    case auc
    /// The share of rows whose class is right.
    case accuracy
    /// The root of the mean squared error.
    case rmse

    /// The loss from one value to another, positive where scores became worse: the fall of an AUC
    /// or accuracy, or the share by which an error grew.
    public func loss(from before: Double, to after: Double) -> Double {
      switch self {
      case .auc, .accuracy: before - after
      case .rmse: before == after ? 0 : (after - before) / before
      }
    }
  }

  /// What is measured.
  public let metric: Metric
  /// Its value.
  public let value: Double

  /// Names a value.
  public init(_ metric: Metric, _ value: Double) {
    self.metric = metric
    self.value = value
  }
}
