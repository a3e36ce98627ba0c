internal import Foundation

/// Divides all logits by one number, the temperature, so that the log loss of held rows is least.
///
/// The order of a row's classes, and that of rows of two classes, stays as it was. Source: Guo,
/// Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017).
public enum TemperatureScaling {
  /// The temperatures among which the best is sought.
  static let range = 0.01...100.0

  /// Returns the temperature of the least log loss.
  ///
  /// With `s = 1 / T` the loss is convex in s, and its slope is
  ///
  /// ```
  /// sum over rows of (mean of the logits under softmax(s z)) - z[target]
  /// ```
  /// whose root is found by halving an interval of log s.
  ///
  /// - Parameters:
  ///   - logits: rows x outputs numbers, row by row; with one output the logit of class 1, that of
  ///     class 0 being 0.
  ///   - targets: the class of each row.
  /// - Returns: the temperature, within `0.01...100`.
  /// - Complexity: O(rows x outputs).
  public static func temperature(logits: [Float], targets: [Float]) -> Double {
    precondition(
      !targets.isEmpty && logits.count % targets.count == 0,
      "\(logits.count) logits for \(targets.count) targets")
    var (low, high) = (log(1 / range.upperBound), log(1 / range.lowerBound))
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if slope(exp(middle), logits, targets) > 0 { high = middle } else { low = middle }
    }
    return 1 / exp((low + high) / 2)
  }

  private static func slope(_ scale: Double, _ logits: [Float], _ targets: [Float]) -> Double {
    let outputs = logits.count / targets.count
    var sum = 0.0
    for (row, target) in targets.enumerated() {
      if outputs == 1 {
        let z = Double(logits[row])
        sum += z / (1 + exp(-scale * z)) - Double(target) * z
        continue
      }
      let row = logits[row * outputs..<(row + 1) * outputs]
      let greatest = Double(row.max() ?? 0)
      var (weights, weighted) = (0.0, 0.0)
      for logit in row {
        let weight = exp(scale * (Double(logit) - greatest))
        weights += weight
        weighted += weight * Double(logit)
      }
      sum += weighted / weights - Double(row[row.startIndex + Int(target)])
    }
    return sum
  }
}
