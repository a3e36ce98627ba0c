internal import Foundation

/// Fits `p = sigmoid(a z + b)` to the logits z of held rows of two classes.
///
/// The targets are moved off 0 and 1 by what the number of rows allows to say, so that the fit is
/// finite even where the classes are told apart. Sources: Platt, "Probabilistic outputs for support
/// vector machines" (1999); solved by Newton's method with backtracking as in Lin, Lin and Weng,
/// "A note on Platt's probabilistic outputs for support vector machines" (2007).
public enum PlattScaling {
  /// The targets that Platt puts in place of 0 and 1: `1 / (N + 2)` and `(P + 1) / (P + 2)` of N
  /// negative and P positive rows.
  ///
  /// - Parameter targets: 0 or 1 for each row.
  /// - Returns: a number between for each row.
  public static func smoothed(_ targets: [Float]) -> [Double] {
    let positives = Double(targets.count { $0 >= 0.5 })
    let negatives = Double(targets.count) - positives
    let (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2))
    return targets.map { $0 >= 0.5 ? high : low }
  }

  /// Returns slope and offset of the least log loss.
  ///
  /// - Parameters:
  ///   - logits: one for each row.
  ///   - targets: 0 or 1 for each row.
  /// - Returns: a and b.
  /// - Complexity: O(rows) for each of at most 100 steps.
  public static func fit(logits: [Float], targets: [Float]) -> (scale: Double, shift: Double) {
    precondition(
      !targets.isEmpty && logits.count == targets.count,
      "\(logits.count) logits for \(targets.count) targets")
    let goals = smoothed(targets)
    let positives = targets.count { $0 >= 0.5 }
    var (a, b) = (0.0, log(Double(positives + 1) / Double(targets.count - positives + 1)))
    var value = loss(a, b, logits, goals)
    for _ in 0..<100 {
      // The ridge keeps the Hessian invertible where all logits are equal.
      var (haa, hbb, hab, ga, gb) = (1e-12, 1e-12, 0.0, 0.0, 0.0)
      for (logit, goal) in zip(logits, goals) {
        let z = Double(logit)
        let p = 1 / (1 + exp(-(a * z + b)))
        let weight = p * (1 - p)
        haa += z * z * weight
        hab += z * weight
        hbb += weight
        ga += z * (p - goal)
        gb += p - goal
      }
      guard max(abs(ga), abs(gb)) > 1e-9 * Double(targets.count) else { break }
      let determinant = haa * hbb - hab * hab
      let (da, db) = (
        -(hbb * ga - hab * gb) / determinant, -(haa * gb - hab * ga) / determinant
      )
      var step = 1.0
      while step >= 1e-10 {
        let (nextA, nextB) = (a + step * da, b + step * db)
        let next = loss(nextA, nextB, logits, goals)
        if next < value + 1e-4 * step * (ga * da + gb * db) {
          (a, b, value) = (nextA, nextB, next)
          break
        }
        step /= 2
      }
      if step < 1e-10 { break }
    }
    return (a, b)
  }

  /// The log loss, written so that no exponential overflows.
  private static func loss(
    _ a: Double, _ b: Double, _ logits: [Float], _ goals: [Double]
  ) -> Double {
    zip(logits, goals).reduce(0) { sum, row in
      let u = a * Double(row.0) + b
      return sum + max(u, 0) - row.1 * u + log1p(exp(-abs(u)))
    }
  }
}
