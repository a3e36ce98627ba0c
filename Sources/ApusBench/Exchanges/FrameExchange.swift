internal import ApusWire

/// Frames of Apus, whose replies may come in any order.
struct FrameExchange: Exchange {
  private let requests: [RequestFrame]
  private let expected: ExpectedScores?
  private let maximumBodyLength: Int
  private let features: Features

  /// Creates an exchange.
  ///
  /// - Parameters:
  ///   - requests: At least one.
  ///   - expected: The scores that answers must have; `nil` to believe any.
  ///   - maximumBodyLength: The largest body that the server may send.
  ///   - features: The features that were agreed on.
  init(
    _ requests: [RequestFrame], expected: ExpectedScores?, maximumBodyLength: Int,
    features: Features = []
  ) {
    self.features = features
    self.requests = requests
    self.expected = expected
    self.maximumBodyLength = maximumBodyLength
  }

  var requestCount: Int { requests.count }

  mutating func write(_ request: Int, identifier: UInt64, into output: inout StreamBuffer) {
    requests[request].write(identifier: identifier, into: &output)
  }

  func incoming(_ bytes: RawSpan) -> Incoming {
    guard bytes.byteCount >= WireLimits.headerLength else { return .incomplete }
    guard
      let header = try? FrameHeader(
        decoding: bytes, from: .server, maximumBodyLength: maximumBodyLength,
        features: features)
    else { return .broken }
    let length = WireLimits.headerLength + Int(header.bodyLength)
    guard bytes.byteCount >= length else { return .incomplete }
    let body = bytes.extracting(WireLimits.headerLength..<length)
    guard CRC32C.checksum(body) == header.bodyChecksum else { return .broken }
    if header.type == .goAway { return .leaving(length: length) }
    guard header.correlationID != 0 else {
      // An error of the connection: nothing more will come.
      return header.type == .error ? .broken : .control(length: length)
    }
    return .reply(identifier: header.correlationID, length: length)
  }

  mutating func verdict(on reply: RawSpan, to request: Int) -> Verdict {
    let type = unsafe reply.unsafeLoad(fromByteOffset: 5, as: UInt8.self)
    let body = reply.extracting(WireLimits.headerLength..<reply.byteCount)
    if type == FrameType.error.rawValue {
      return .error(code: unsafe body.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt16.self))
    }
    guard type == requests[request].replyType else { return .mismatch }
    guard type == FrameType.scoreOK.rawValue else { return .right(failedRows: 0) }
    guard let scores = ScoreView(body) else { return .mismatch }
    if let expected, !expected.matches(scores.bytes, ofRequest: request) { return .mismatch }
    return .right(failedRows: scores.failedRows)
  }
}

/// The scores inside the body of SCORE_OK, where they lie.
private struct ScoreView: ~Escapable {
  let bytes: RawSpan
  let failedRows: Int

  @_lifetime(copy body)
  init?(_ body: RawSpan) {
    guard body.byteCount >= 32 else { return nil }
    func field(_ offset: Int) -> Int {
      Int(unsafe body.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    let start = field(0) & 0xFFFF
    let length = field(12) * field(16) * 4
    guard start + length <= body.byteCount else { return nil }
    bytes = body.extracting(start..<start + length)
    failedRows = field(24)
  }
}
