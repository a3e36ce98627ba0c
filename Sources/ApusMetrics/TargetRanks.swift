internal import Foundation

/// The place that each row's one right answer takes among all that were scored, counted from 1.
///
/// Of equal scores the right answer takes the last place, so that scores that say nothing earn
/// nothing.
public struct TargetRanks: Hashable, Sendable {
  /// The place for each row.
  public let ranks: [Int]

  /// Takes places that are known.
  ///
  /// - Precondition: each is at least 1.
  public init(_ ranks: [Int]) {
    precondition(
      ranks.allSatisfy { $0 >= 1 }, "a place is at least 1, not \(ranks.min() ?? 0)")
    self.ranks = ranks
  }

  /// Finds the places in a matrix of scores.
  ///
  /// - Parameters:
  ///   - scores: rows x candidates numbers, row by row; NaN is below everything.
  ///   - targets: the candidate that is right, for each row.
  /// - Precondition: there are as many scores for each row.
  public init(scores: [Float], targets: [Float]) {
    precondition(
      !targets.isEmpty && scores.count % targets.count == 0,
      "\(scores.count) scores for \(targets.count) targets")
    let candidates = scores.count / targets.count
    ranks = targets.enumerated().map { row, target in
      let first = row * candidates
      let own = scores[first + Int(target)]
      guard !own.isNaN else { return candidates }
      return scores[first..<first + candidates].reduce(0) { $0 + ($1 >= own ? 1 : 0) }
    }
  }

  /// HR@k, the share of rows whose right answer is among the first k; nil without rows.
  ///
  /// Of classes this is the top-k accuracy.
  public func hitRate(at k: Int) -> Double? {
    mean { $0 <= k ? 1 : 0 }
  }

  /// NDCG@k, the mean gain of the right answers among the first k; nil without rows.
  ///
  /// A right answer's gain is `1 / log2(1 + place)`, and 0 behind the first k; with one right
  /// answer the ideal gain is 1. Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation
  /// of IR techniques" (2002).
  public func normalizedGain(at k: Int) -> Double? {
    mean { $0 <= k ? 1 / log2(1 + Double($0)) : 0 }
  }

  private func mean(_ value: (Int) -> Double) -> Double? {
    ranks.isEmpty ? nil : ranks.reduce(0) { $0 + value($1) } / Double(ranks.count)
  }
}
