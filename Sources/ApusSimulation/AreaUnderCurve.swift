/// Returns the area under the receiver operating characteristic, ties counted as one half.
///
/// The probability that a random positive scores above a random negative:
/// `(sum of the ranks of the positives - P (P + 1) / 2) / (P N)`, with tied scores sharing the mean
/// of their ranks. Nil when one of the classes is empty. Complexity: O(n log n).
///
/// - Parameters:
///   - scores: One score per row; higher means more likely positive.
///   - labels: Whether each row is positive; as many as scores.
/// - Returns: The area, from 0 to 1, or nil.
package func areaUnderCurve(scores: [Double], labels: [Bool]) -> Double? {
  precondition(
    scores.count == labels.count,
    "each score needs a label: \(scores.count) scores, \(labels.count) labels"
  )
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  let positives = labels.count { label in label }
  let negatives = labels.count - positives
  if positives == 0 || negatives == 0 { return nil }

  var rankSum = 0.0
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count && scores[order[end]] == scores[order[start]] { end += 1 }
    let meanRank = Double(start + 1 + end) / 2
    rankSum += meanRank * Double(order[start..<end].count { row in labels[row] })
    start = end
  }
  let least = Double(positives) * Double(positives + 1) / 2
  return (rankSum - least) / (Double(positives) * Double(negatives))
}
