/// How well a recipe does on rows that its net never saw, over several folds of the data.
///
/// The sealed model itself is trained afterwards, on all rows but those of the test.
public struct CrossValidationReport: Codable, Hashable, Sendable {
  /// What a run without one part of the rows did on that part.
  public struct Fold: Codable, Hashable, Sendable {
    /// The rows in each part: training, validation, held out.
    public let split: [Int]
    /// The epochs that were run.
    public let epochsRun: Int
    /// The epoch of the weights that were judged, counted from 1.
    public let bestEpoch: Int
    /// The metrics on the rows held out.
    public let metrics: [String: Double]

    /// Describes a fold.
    public init(split: [Int], epochsRun: Int, bestEpoch: Int, metrics: [String: Double]) {
      self.split = split
      self.epochsRun = epochsRun
      self.bestEpoch = bestEpoch
      self.metrics = metrics
    }
  }

  /// A metric over the folds.
  public struct Estimate: Codable, Hashable, Sendable {
    /// The mean.
    public let mean: Double
    /// The standard error of the mean, `s / √k`, s being the deviation of k folds with k - 1.
    ///
    /// Folds share training rows, so it is rather too small; no unbiased estimator exists (Bengio
    /// and Grandvalet 2004).
    public let standardError: Double
  }

  /// How rows were divided, as `SplitRule` writes it.
  public let rule: String
  /// The folds.
  public let folds: [Fold]
  /// The metrics that each fold has, by name.
  public let metrics: [String: Estimate]

  /// Summarises folds.
  ///
  /// - Precondition: there are two or more.
  public init(rule: String, folds: [Fold]) {
    precondition(folds.count > 1, "a cross-validation has 2 folds or more, not \(folds.count)")
    self.rule = rule
    self.folds = folds
    var metrics: [String: Estimate] = [:]
    let count = Double(folds.count)
    for name in folds[0].metrics.keys {
      let values = folds.compactMap { $0.metrics[name] }
      guard values.count == folds.count else { continue }
      let mean = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      metrics[name] = Estimate(
        mean: mean, standardError: (squares / (count - 1) / count).squareRoot())
    }
    self.metrics = metrics
  }
}
