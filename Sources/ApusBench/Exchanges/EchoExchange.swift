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
  ///   - message: A message of at least 24 bytes.
  ///   - replyLength: The bytes of a reply, at least 24.
  init(message: [UInt8], replyLength: Int) {
    precondition(
      Self.shortestLength <= min(replyLength, message.count),
      "\(replyLength) bytes back to \(message.count) hold no identifier")
    self.message = message
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
