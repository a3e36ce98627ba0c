internal import ApusCompute
internal import ApusModel

extension PrecisionTrial {
  /// The most rows that ranges are calibrated on.
  private static let calibrationLimit = 16_384

  /// A trial on examples, by the metric that suits a loss.
  init(calibration: Examples, held: Examples, loss: Loss, limit: Double) {
    let rows = min(calibration.count, Self.calibrationLimit)
    let targets = held.targets
    self.init(
      calibration: Array(calibration.features[..<(rows * calibration.width)]),
      features: held.features, limit: limit
    ) { scores in
      ScoringQuality(predictions: scores, targets: targets, loss: loss)
    }
  }
}
