internal import ApusWire

/// What a new version made of the last requests, beside what the stable one makes of them.
public struct ShadowComparison: Equatable, Sendable {
  /// The rows that both scored.
  public var rows = 0
  /// The rows whose scores are farther apart than the limit, not finite, or no probabilities.
  public var mismatches = 0
  /// The greatest difference of a score.
  public var greatestDifference: Float = 0
  /// Why the new version cannot serve; nil if it can.
  public var refusal: String?

  /// Scores the last requests by both versions.
  ///
  /// Requests that the stable version cannot score say nothing and are left out; so are those made
  /// for another schema. Versions differ, since they learned from different data; so a difference
  /// alone refuses only where a limit was set.
  ///
  /// - Parameters:
  ///   - candidate: The new version.
  ///   - stable: The version that answers now.
  ///   - requests: The last requests.
  ///   - limit: The greatest difference of a score that is allowed; nil for any.
  init(
    of candidate: any ServedModel, with stable: any ServedModel,
    on requests: [RequestSample.Request], limit: Float?
  ) {
    let info = candidate.info
    guard info.schemaHash == stable.info.schemaHash, info.outputWidth == stable.info.outputWidth,
      info.featureWidth == stable.info.featureWidth
    else { return }
    for request in requests where request.schemaHash == info.schemaHash {
      guard let expected = try? stable.scores(of: request) else { continue }
      do throws(ScoringError) {
        compare(try candidate.scores(of: request), expected, info.outputWidth, limit) { score in
          score.isFinite && (info.task == .regression || 0...1 ~= score)
        }
      } catch {
        refusal = "it fails on a request that the stable version answers: \(error.wireError.text)"
        return
      }
    }
    if mismatches > 0 {
      refusal =
        "\(mismatches) of the last \(rows) rows have scores that are impossible or too far from"
        + " those of the stable version; the greatest difference is \(greatestDifference)"
    }
  }

  private mutating func compare(
    _ found: [Float], _ expected: [Float], _ width: Int, _ limit: Float?,
    isPossible: (Float) -> Bool
  ) {
    for row in 0..<found.count / width {
      var isMatch = true
      for index in row * width..<(row + 1) * width {
        let difference = (found[index] - expected[index]).magnitude
        if difference.isFinite { greatestDifference = max(greatestDifference, difference) }
        // Written so that a difference that is not a number is a mismatch.
        let isNear = limit.map { difference <= $0 } ?? true
        if !isPossible(found[index]) || !isNear { isMatch = false }
      }
      rows += 1
      mismatches += isMatch ? 0 : 1
    }
  }
}

extension ServedModel {
  /// The scores of a request that was kept.
  fileprivate func scores(of request: RequestSample.Request) throws(ScoringError) -> [Float] {
    var scores = [Float](repeating: 0, count: request.rowCount * info.outputWidth)
    var span = scores.mutableSpan
    switch request.rows {
    case .features(let features):
      try score(floatRows: features.span, rowCount: request.rowCount, into: &span)
    case .columns(let columns):
      try score(columns: columns, rowCount: request.rowCount, into: &span)
    }
    return scores
  }
}
