/// The bits of the scores that each prepared request must get, shared by all connections.
final class ExpectedScores {
  private var scores: [[UInt8]]

  /// Expects of each request whatever it gets first.
  ///
  /// - Parameter requestCount: The count of prepared requests.
  init(requestCount: Int) {
    scores = [[UInt8]](repeating: [], count: requestCount)
  }

  /// Expects given scores.
  ///
  /// - Parameter scores: For each prepared request the bytes of its scores, as they are sent.
  init(_ scores: [[UInt8]]) { self.scores = scores }

  /// Whether scores are those that a request must get.
  func matches(_ bytes: RawSpan, ofRequest request: Int) -> Bool {
    guard !scores[request].isEmpty else {
      scores[request] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      return true
    }
    return unsafe bytes.withUnsafeBytes { unsafe $0.elementsEqual(scores[request]) }
  }
}
