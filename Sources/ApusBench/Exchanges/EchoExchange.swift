/// Messages of one length, of which the server sends the first bytes back.
///
/// The identifier lies where the correlation id of a frame would, so that all replies are matched.
struct EchoExchange: Exchange {
  /// The least bytes of a message, which hold the identifier.
  static let shortestLength = 24

  private static let identifierOffset = 16
  private let message: [UInt8]
  private let replyLength: Int

  /// Creates an exchange.
  ///
  /// - Parameters:
  ///   - requestLength: The bytes of a message, at least 24.
  ///   - replyLength: How many of them come back, at least 24.
  init(requestLength: Int, replyLength: Int) {
    precondition(
      Self.shortestLength <= replyLength && replyLength <= requestLength,
      "an echo of \(replyLength) bytes to \(requestLength)")
    message = [UInt8](repeating: 0x5A, count: requestLength)
    self.replyLength = replyLength
  }

  var requestCount: Int { 1 }

  mutating func write(_ request: Int, identifier: UInt64, into output: inout StreamBuffer) {
    let offset = output.append(message)
    output.set(identifier, at: offset + Self.identifierOffset)
  }

  func incoming(_ bytes: RawSpan) -> Incoming {
    guard bytes.byteCount >= replyLength else { return .incomplete }
    let identifier = unsafe bytes.unsafeLoadUnaligned(
      fromByteOffset: Self.identifierOffset, as: UInt64.self)
    return .reply(identifier: identifier, length: replyLength)
  }

  mutating func verdict(on reply: RawSpan, to request: Int) -> Verdict { .right(failedRows: 0) }
}
