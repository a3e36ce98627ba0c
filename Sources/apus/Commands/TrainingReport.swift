internal import ApusCompute
internal import ApusModel
internal import ApusTraining
internal import Foundation

/// What `apus train` prints.
struct TrainingReport: Encodable, CustomStringConvertible {
  let artifact: String
  let version: Int
  let rows: Int
  let duplicatesDropped: Int
  let device: String
  let threads: Int
  let seed: UInt64
  let epochsRun: Int
  let bestEpoch: Int
  let ending: String
  let trainSeconds: Double
  let validation: MetricsReport?
  let test: MetricsReport?
  let crossValidation: CrossValidationReport?
  let precision: PrecisionReport?
  let calibration: CalibrationReport?
  let decision: DecisionThreshold?
  let notes: [String]
  let page: String?

  init(
    _ product: TrainingRecipe.Product, _ artifact: Artifact, path: String, page: String?
  ) {
    self.page = page
    let training = artifact.manifest.training
    self.artifact = path
    version = artifact.manifest.version
    rows = product.rows
    duplicatesDropped = product.duplicatesDropped
    device = training.device.selector
    threads = training.device.kind == .cpu ? training.device.computeUnits : 1
    seed = training.seed
    epochsRun = training.epochsRun
    bestEpoch = product.result.bestEpoch
    ending = product.result.ending.rawValue
    trainSeconds = product.result.seconds
    validation = product.validation.map(MetricsReport.init)
    test = product.test.map(MetricsReport.init)
    crossValidation = artifact.manifest.crossValidation
    precision = artifact.manifest.scoringPrecision
    calibration = artifact.manifest.calibration
    decision = artifact.manifest.decision
    notes = product.notes
  }

  var description: String {
    var lines = [
      "sealed \(artifact)",
      "  \(rows) rows, \(duplicatesDropped) duplicates dropped, \(epochsRun) epochs in "
        + String(format: "%.2f s", trainSeconds) + " (\(ending), best epoch \(bestEpoch))",
    ]
    if let crossValidation {
      for (index, fold) in crossValidation.folds.enumerated() {
        let metrics = MetricsReport(rows: fold.split[2], values: fold.metrics)
        lines.append("  fold \(index + 1): \(metrics.description)")
      }
      let estimates = MetricsReport.order.compactMap { name in
        crossValidation.metrics[name].map { estimate in
          "\(name) " + String(format: "%.4f ± %.4f", estimate.mean, estimate.standardError)
        }
      }
      lines.append(
        "  \(crossValidation.folds.count) folds, mean ± standard error: "
          + estimates.joined(separator: ", "))
    }
    for (name, metrics) in [("validation", validation), ("test", test)] {
      if let metrics { lines.append("  \(name): \(metrics.description)") }
    }
    if let precision { lines.append("  \(precision)") }
    if let calibration { lines.append("  \(calibration)") }
    if let decision { lines.append("  \(decision)") }
    if let page { lines.append("  report: \(page)") }
    return lines.joined(separator: "\n")
  }
}

/// Metrics as an object of numbers.
struct MetricsReport: Encodable, CustomStringConvertible {
  let rows: Int
  let values: [String: Double]

  /// The order in which metrics are printed.
  static let order = [
    "auc", "averagePrecision", "accuracy", "logLoss", "brier", "calibrationError", "precision",
    "recall", "f1", "lift10", "hitRate3", "hitRate5", "hitRate10", "ndcg10", "mse", "rmse", "mae",
    "r2",
  ]

  init(_ metrics: Metrics) { self.init(rows: metrics.rows, values: metrics.values) }

  init(rows: Int, values: [String: Double]) {
    self.rows = rows
    self.values = values
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    var object = values
    object["rows"] = Double(rows)
    try container.encode(object)
  }

  var description: String {
    let parts = Self.order.compactMap { name in
      values[name].map { "\(name) " + String(format: "%.4f", $0) }
    }
    return "\(rows) rows, " + parts.joined(separator: ", ")
  }
}
