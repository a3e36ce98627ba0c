/// What every threshold on a score would give: the one walk behind ROC, precision-recall and gains.
///
/// Point `i` calls a row positive when its score is at least `thresholds[i]`. Equal scores are one
/// point, so no figure depends on the order of the rows. The curve begins before the first point,
/// where nothing is called positive.
///
/// ```
/// scores      0.9  0.7  0.7  0.4         thresholds       0.9  0.7  0.4
/// positive     +    +    -    -          truePositives     1    2    2
///                                        falsePositives    0    1    2
/// ```
/// A score that is not a number counts as the least of all. Source: Fawcett, "An introduction to
/// ROC analysis" (2006), algorithm 1.
public struct RankCurve: Codable, Hashable, Sendable {
  /// The distinct scores, descending.
  public let thresholds: [Double]
  /// The positive rows at or above each threshold, ascending.
  public let truePositives: [Int]
  /// The negative rows at or above each threshold, ascending.
  public let falsePositives: [Int]
  /// All positive rows.
  public let positives: Int
  /// All negative rows.
  public let negatives: Int

  /// Ranks rows by their scores.
  ///
  /// - Parameters:
  ///   - positives: the scores of the positive rows, in any order.
  ///   - negatives: the scores of the negative rows, in any order.
  /// - Complexity: O(n log n).
  public init(positives: [Double], negatives: [Double]) {
    let up = Self.descending(positives)
    let down = Self.descending(negatives)
    var (thresholds, truePositives, falsePositives): ([Double], [Int], [Int]) = ([], [], [])
    var (hits, alarms) = (0, 0)
    while hits < up.count || alarms < down.count {
      let threshold = max(
        hits < up.count ? up[hits] : Self.least, alarms < down.count ? down[alarms] : Self.least)
      while hits < up.count, up[hits] == threshold { hits += 1 }
      while alarms < down.count, down[alarms] == threshold { alarms += 1 }
      thresholds.append(threshold)
      truePositives.append(hits)
      falsePositives.append(alarms)
    }
    self.init(
      thresholds: thresholds, truePositives: truePositives, falsePositives: falsePositives)
  }

  /// Ranks rows by their scores.
  ///
  /// - Parameters:
  ///   - scores: one for each row.
  ///   - isPositive: whether each row is positive.
  /// - Precondition: there is a label for each score.
  public init(scores: [Double], isPositive: [Bool]) {
    precondition(
      scores.count == isPositive.count, "\(scores.count) scores for \(isPositive.count) labels")
    self.init(
      positives: zip(scores, isPositive).filter(\.1).map(\.0),
      negatives: zip(scores, isPositive).filter { !$0.1 }.map(\.0))
  }

  /// Takes points that are in order; the last one holds all rows.
  init(thresholds: [Double], truePositives: [Int], falsePositives: [Int]) {
    self.thresholds = thresholds
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    positives = truePositives.last ?? 0
    negatives = falsePositives.last ?? 0
  }

  /// The number of rows.
  public var rows: Int { positives + negatives }

  /// What stands for a score that is not a number; a curve holds only numbers that JSON has.
  static let least = -Double.greatestFiniteMagnitude

  private static func descending(_ scores: [Double]) -> [Double] {
    scores.map { $0.isNaN ? least : max(least, min($0, -least)) }.sorted(by: >)
  }
}
