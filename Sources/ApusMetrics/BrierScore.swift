/// Returns the Brier score: the mean squared distance of probabilities from what came true.
///
/// For two classes and one probability in a row `(p - y)^2`; for several classes the sum over all
/// of them, so that two classes written as two columns give twice the score of one. Source: Brier,
/// "Verification of forecasts expressed in terms of probability" (1950).
///
/// - Parameters:
///   - probabilities: rows x classes numbers, row by row; one column for two classes.
///   - targets: 0 or 1, or the index of the class, for each row.
/// - Returns: The mean over the rows; 0 is best.
/// - Precondition: there is a row, and as many probabilities for each.
public func brierScore(probabilities: [Float], targets: [Float]) -> Double {
  precondition(
    !targets.isEmpty && probabilities.count % targets.count == 0,
    "\(probabilities.count) probabilities for \(targets.count) targets")
  let classes = probabilities.count / targets.count
  var sum = 0.0
  for (row, target) in targets.enumerated() {
    for label in 0..<classes {
      let truth = classes == 1 ? Double(target) : Int(target) == label ? 1 : 0
      let distance = Double(probabilities[row * classes + label]) - truth
      sum += distance * distance
    }
  }
  return sum / Double(targets.count)
}
