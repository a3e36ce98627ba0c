internal import ApusBench
internal import ApusWire
internal import NIOCore

/// The least that a client can do: a blocking socket and frames.
final class BareClient {
  /// A reply that is not what was asked for.
  struct Unexpected: Error {
    /// What came.
    let type: UInt8
  }

  private let socket: Socket

  private init(_ socket: consuming Socket) { self.socket = socket }

  /// Connects and exchanges HELLO.
  static func connected(to port: UInt16) throws -> BareClient {
    let client = BareClient(try Socket.connected(to: .loopback(port: Int(port))))
    let hello = Hello(clientName: "bench", clientVersion: "1")
    _ = try client.exchange(hello.frame, expecting: .helloOK)
    return client
  }

  /// Returns the description of a model.
  func modelInfo(_ name: String) throws -> ModelInfo {
    let body = try exchange(ModelInfoRequest(name: name).frame, expecting: .modelInfoOK)
    return try ModelInfo(decoding: ByteBuffer(bytes: body))
  }

  /// Returns the frame that asks for scores.
  func request(_ columns: [RawColumn], of model: ModelInfo) -> [UInt8] {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      columns: columns, model: model.handle, schemaHash: model.schemaHash, correlationID: 1,
      into: &buffer)
    return Array(buffer.readableBytesView)
  }

  /// Returns the frame that asks for the score of one row of features.
  func request(_ features: [Float], of model: ModelInfo) -> [UInt8] {
    var buffer = ByteBuffer()
    ScoreRequest.encode(
      floatRows: features.span, rowCount: 1, model: model.handle, schemaHash: model.schemaHash,
      correlationID: 1, into: &buffer)
    return Array(buffer.readableBytesView)
  }

  /// Sends a frame and receives the reply.
  func roundTrip(_ frame: [UInt8]) throws { _ = try exchange(frame, expecting: .scoreOK) }

  private func exchange(_ frame: [UInt8], expecting type: FrameType) throws -> [UInt8] {
    try socket.send(frame)
    var header = [UInt8](repeating: 0, count: WireLimits.headerLength)
    guard try socket.receive(&header), header[5] == type.rawValue else {
      throw Unexpected(type: header[5])
    }
    let length = (0..<4).reversed().reduce(0) { $0 << 8 | Int(header[8 + $1]) }
    var body = [UInt8](repeating: 0, count: length)
    guard try socket.receive(&body) else { throw Unexpected(type: 0) }
    return body
  }
}

extension Message {
  /// The message as the bytes of one frame.
  fileprivate var frame: [UInt8] {
    var buffer = ByteBuffer()
    encode(into: &buffer, correlationID: 1)
    return Array(buffer.readableBytesView)
  }
}
