/// A line for a line, in order.
struct LineExchange: Exchange {
  private let request: [UInt8]

  /// Creates an exchange.
  ///
  /// - Parameter request: A line, its end included.
  init(request: [UInt8]) { self.request = request }

  var requestCount: Int { 1 }

  mutating func write(_ request: Int, identifier: UInt64, into output: inout StreamBuffer) {
    output.append(self.request)
  }

  func incoming(_ bytes: RawSpan) -> Incoming {
    guard let end = bytes.firstOffset(of: "\n", in: 0..<bytes.byteCount) else {
      return .incomplete
    }
    return .oldest(length: end + 1)
  }

  mutating func verdict(on reply: RawSpan, to request: Int) -> Verdict {
    reply.byteCount > 1 ? .right(failedRows: 0) : .mismatch
  }
}
