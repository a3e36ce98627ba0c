/// Returns R2, the share of the targets' variance that predictions explain.
///
/// `1 - sum (y - p)^2 / sum (y - mean y)^2`: 1 is best, 0 is as good as the mean, and below 0 is
/// worse. Source: Wright, "Correlation and causation" (1921).
///
/// - Parameters:
///   - predictions: one number for each row.
///   - targets: one number for each row.
/// - Returns: R2, or nil where all targets are equal or there are none.
/// - Precondition: there is a prediction for each target.
public func coefficientOfDetermination(predictions: [Float], targets: [Float]) -> Double? {
  precondition(
    predictions.count == targets.count,
    "\(predictions.count) predictions for \(targets.count) targets")
  let mean = targets.reduce(0) { $0 + Double($1) } / Double(targets.count)
  var (residual, total) = (0.0, 0.0)
  for (prediction, target) in zip(predictions, targets) {
    let (error, deviation) = (Double(target) - Double(prediction), Double(target) - mean)
    residual += error * error
    total += deviation * deviation
  }
  return total > 0 ? 1 - residual / total : nil
}
