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
      calibration: calibration.features.prefix(rows * calibration.width),
      features: held.features.prefix(held.count * held.width), limit: limit
    ) { scores in
      ScoringQuality(predictions: scores, targets: targets, loss: loss)
    }
  }
}

extension Span<Float> {
  /// A copy of the first numbers.
  func prefix(_ count: Int) -> [Float] { (0..<count).map { self[$0] } }
}
