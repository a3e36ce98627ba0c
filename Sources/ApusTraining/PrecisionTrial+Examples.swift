internal import ApusCompute
internal import ApusModel

extension PrecisionTrial {
  /// The most rows that ranges are calibrated on.
  private static let calibrationLimit = 16_384

  /// A trial on examples, by the metric that suits a loss: the AUC of two classes (or the accuracy
  /// where only one occurs), the accuracy of several, the root mean squared error of a number.
  init(calibration: Examples, held: Examples, loss: Loss, limit: Double) {
    let rows = min(calibration.count, Self.calibrationLimit)
    let targets = held.targets
    self.init(
      calibration: Array(calibration.features[..<(rows * calibration.width)]),
      features: held.features, limit: limit
    ) { scores in
      let metrics = Metrics(predictions: scores, targets: targets, loss: loss)
      if let auc = metrics["auc"] { return ScoringQuality(.auc, auc) }
      if let accuracy = metrics["accuracy"] { return ScoringQuality(.accuracy, accuracy) }
      return ScoringQuality(.rmse, (metrics["mse"] ?? .nan).squareRoot())
    }
  }
}
