internal import ApusWire
internal import Glibc
internal import NIOCore

extension RequestSet {
  /// What a captured client offered that would make the server ask things of the generator.
  private static let conversational: Features = [.credit, .push, .keepalive]

  /// The requests of a captured client, in their order.
  ///
  /// Correlation ids are made anew; models are those whose handles the client sent. What is no
  /// request of its own (HELLO, AUTH, CANCEL, PROBE_OK) is left out.
  ///
  /// - Parameter path: The file of what the client sent on one connection, from HELLO on.
  /// - Returns: The requests.
  /// - Throws: ``BenchError`` with code `badFile`.
  public static func replay(path: String) throws(BenchError) -> RequestSet {
    var stream = ByteBuffer(bytes: try bytes(ofFile: path))
    let length = stream.readableBytes
    var decoder = FrameDecoder(
      from: .client, maximumBodyLength: WireLimits.hardBodyLength, features: .known)
    var features: Features = []
    var frames: [RequestFrame] = []
    var rows = 0
    do {
      while let frame = try decoder.next(from: &stream) {
        switch frame.header.type {
        case .hello:
          features = try Hello(decoding: frame.body).features.intersection(.known)
        case .auth, .cancel, .probeOK: continue
        default:
          let request = try RequestFrame(captured: frame)
          rows = max(rows, request.rowCount)
          frames.append(request)
        }
      }
    } catch {
      let reason: any Error = (error as? FrameFailure)?.error ?? error
      throw BenchError(
        .badFile,
        "\(path): byte \(length - stream.readableBytes): \(reason); a capture holds what"
          + " one client sent, from its first byte")
    }
    guard !frames.isEmpty, stream.readableBytes == 0 else {
      throw BenchError(
        .badFile,
        "\(path) ends inside a frame, or has no request; a capture holds what one client"
          + " sent, from its first byte")
    }
    // What comes back is known of scores only, one for each row at least.
    let replyLength = scoreReplyLength(ModelHandle(rawValue: 1), rows, width: 1)
    return RequestSet(
      frames, replyLength: replyLength, features: features.subtracting(conversational))
  }

  private static func bytes(ofFile path: String) throws(BenchError) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw .system("opening \(path)", .badFile) }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&part, 1, part.count, file)
      guard count > 0 else { return bytes }
      bytes += part[..<count]
    }
  }
}

extension RequestFrame {
  /// The frame that a client sent.
  fileprivate init(captured frame: Frame) throws(WireError) {
    var rowCount = 0
    if frame.header.type == .score || frame.header.type == .extract {
      rowCount = try ScoreRequest(decoding: frame.body).rowCount
    }
    var bytes = ByteBuffer(repeating: 0, count: WireLimits.headerLength)
    frame.header.set(in: &bytes, at: 0)
    bytes.writeImmutableBuffer(frame.body)
    self.init(Array(bytes.readableBytesView), rowCount: rowCount)
  }
}
