/// Unary calls of gRPC, one at a time on a connection: as little of HTTP/2 as that takes.
///
/// ```
/// frame:  length (3)  type (1)  flags (1)  stream (4)  payload     numbers big-endian
/// call:   HEADERS, DATA with the end of the stream  ->
///         <-  HEADERS, DATA, HEADERS with the end of the stream
/// ```
/// One small request at a time never fills the window that a server reopens as it reads, so the
/// window for sending is not counted; the one for receiving is opened wide, and again when half of
/// it is used.
struct GRPCExchange: Exchange {
  private enum FrameKind: UInt8 {
    case data = 0
    case headers = 1
    case reset = 3
    case settings = 4
    case ping = 6
    case goAway = 7
    case windowUpdate = 8
  }

  private static let frameHeaderLength = 9
  private static let endOfStream: UInt8 = 1
  private static let acknowledgement: UInt8 = 1
  private static let endOfHeaders: UInt8 = 4
  private static let window = 1 << 30

  private let head: [UInt8]
  private let message: [UInt8]
  private var stream = 1
  private var receivedLength = 0
  private var hasMessage = false

  /// Creates an exchange.
  ///
  /// - Parameters:
  ///   - path: The method that is called, as `/package.Service/Method`, at most 126 bytes.
  ///   - message: The serialized message of a request, at most 16 KiB.
  init(path: String, message: [UInt8]) {
    precondition(path.utf8.count < 127, "a path is \(path.utf8.count) bytes long, more than 126")
    precondition(
      message.count < 16_000, "a message is \(message.count) bytes long, more than 16000")
    // Indexed fields of the static table, then literals that no table keeps (RFC 7541).
    head =
      [0x83, 0x86] + Self.literal([0x04], path) + Self.literal([0x01], "localhost")
      + Self.literal([0x00, 2] + Array("te".utf8), "trailers")
      + Self.literal([0x0F, 0x10], "application/grpc")
    let length = message.count
    self.message =
      [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
  }

  var requestCount: Int { 1 }

  mutating func open(into output: inout StreamBuffer) {
    output.append(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
    // One setting: the first window of each stream.
    write(.settings, stream: 0, [0, 4] + Self.bytes(Self.window), into: &output)
    openWindow(&output)
  }

  mutating func write(_ request: Int, identifier: UInt64, into output: inout StreamBuffer) {
    write(.headers, flags: Self.endOfHeaders, stream: stream, head, into: &output)
    write(.data, flags: Self.endOfStream, stream: stream, message, into: &output)
    stream += 2
    hasMessage = false
  }

  func incoming(_ bytes: RawSpan) -> Incoming {
    guard bytes.byteCount >= Self.frameHeaderLength else { return .incomplete }
    let length = Self.frameHeaderLength + bytes.bigEndian(0..<3)
    guard bytes.byteCount >= length else { return .incomplete }
    switch FrameKind(rawValue: bytes.byte(3)) {
    case .headers where bytes.byte(4) & Self.endOfStream != 0, .reset:
      return .oldest(length: length)
    case .goAway: return .leaving(length: length)
    default: return .control(length: length)
    }
  }

  mutating func take(control bytes: RawSpan, answering output: inout StreamBuffer) {
    let payload = Self.frameHeaderLength..<bytes.byteCount
    switch FrameKind(rawValue: bytes.byte(3)) {
    case .data:
      hasMessage = hasMessage || payload.count > 5
      receivedLength += payload.count
      if receivedLength > Self.window / 2 { openWindow(&output) }
    case .settings where bytes.byte(4) & Self.acknowledgement == 0:
      write(.settings, flags: Self.acknowledgement, stream: 0, [], into: &output)
    case .ping where bytes.byte(4) & Self.acknowledgement == 0:
      let opaque = payload.map { bytes.byte($0) }
      write(.ping, flags: Self.acknowledgement, stream: 0, opaque, into: &output)
    default: break
    }
  }

  mutating func verdict(on reply: RawSpan, to request: Int) -> Verdict {
    // An error comes as headers alone; its text is of no interest here.
    let isRight = hasMessage && reply.byte(3) == FrameKind.headers.rawValue
    return isRight ? .right(failedRows: 0) : .error(code: UInt16(reply.byte(3)))
  }

  private mutating func openWindow(_ output: inout StreamBuffer) {
    // What is added may not go beyond 2^31 - 1 with what is left.
    write(.windowUpdate, stream: 0, Self.bytes(max(receivedLength, Self.window / 2)), into: &output)
    receivedLength = 0
  }

  private func write(
    _ kind: FrameKind, flags: UInt8 = 0, stream: Int, _ payload: [UInt8],
    into output: inout StreamBuffer
  ) {
    let length = Self.bytes(payload.count).dropFirst()
    output.append(length + [kind.rawValue, flags] + Self.bytes(stream))
    output.append(payload)
  }

  private static func bytes(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func literal(_ name: [UInt8], _ value: String) -> [UInt8] {
    name + [UInt8(value.utf8.count)] + Array(value.utf8)
  }
}
