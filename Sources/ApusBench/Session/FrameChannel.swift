internal import ApusWire
internal import NIOCore

/// One frame after the other over a socket that blocks: what goes before a load.
struct FrameChannel: ~Copyable {
  private static let patienceMilliseconds = 5000

  private let socket: Socket
  private let endpoint: Endpoint
  private var input = StreamBuffer(capacity: 1 << 14)
  private var output = StreamBuffer(capacity: 1 << 12)
  private var received = ByteBuffer()
  private var decoder = FrameDecoder(from: .server)
  private var lastIdentifier: UInt64 = 0

  /// Connects.
  ///
  /// - Parameter endpoint: Where the server listens.
  /// - Throws: ``BenchError``.
  init(_ endpoint: Endpoint) throws(BenchError) {
    let socket = try Socket.connected(to: endpoint)
    try socket.limitBlocking(milliseconds: Self.patienceMilliseconds)
    self.socket = socket
    self.endpoint = endpoint
  }

  /// Exchanges HELLO.
  ///
  /// - Parameters:
  ///   - depth: The requests that are to be in flight.
  ///   - features: The features that the requests make use of.
  /// - Returns: What the server granted.
  /// - Throws: ``BenchError``.
  mutating func greet(depth: Int = 1, features: Features = []) throws(BenchError) -> HelloOK {
    let hello = Hello(
      clientName: "apus-bench", clientVersion: "1", wantedRequestCredit: UInt32(depth),
      features: features)
    let answer = try reply(to: hello, as: HelloOK.self)
    guard answer.features == features else {
      throw BenchError(.refused, "\(endpoint) lacks a feature that the requests make use of")
    }
    guard !answer.requiresAuthentication else {
      throw BenchError(
        .refused,
        "\(endpoint) asks for a token, which the generator has not; measure on a port"
          + " of this machine that asks for none")
    }
    decoder.maximumBodyLength = Int(answer.bodyLength)
    decoder.features = features
    return answer
  }

  /// Sends a message and waits for its reply.
  ///
  /// - Throws: ``BenchError``; `refused` with the server's own words if it answered an error.
  mutating func reply<Reply: Message>(
    to message: some Message, as type: Reply.Type
  ) throws(BenchError) -> Reply {
    lastIdentifier += 1
    RequestFrame(message).write(identifier: lastIdentifier, into: &output)
    while output.count > 0 {
      guard case .moved = output.send(to: socket) else {
        throw BenchError(.unreachable, "\(endpoint) takes no bytes; is it a server of Apus?")
      }
    }
    let frame = try nextFrame()
    do {
      if frame.header.type == .error {
        throw BenchError(.refused, "\(endpoint) answered: \(try WireError(decoding: frame.body))")
      }
      guard frame.header.type == Reply.type else {
        throw BenchError(.unintelligible, "\(endpoint) answered \(frame.header.type)")
      }
      return try Reply(decoding: frame.body)
    } catch let error as BenchError {
      throw error
    } catch {
      throw BenchError(.unintelligible, "\(endpoint) answered what is no message: \(error)")
    }
  }

  /// Gives the socket away, with nothing left to read.
  consuming func finish() -> Socket { socket }

  private mutating func nextFrame() throws(BenchError) -> Frame {
    while true {
      do {
        if let frame = try decoder.next(from: &received) { return frame }
      } catch {
        throw BenchError(.unintelligible, "\(endpoint) does not speak Apus: \(error.error)")
      }
      guard case .moved = input.receive(from: socket, room: 1 << 12) else {
        throw BenchError(
          .unreachable, "\(endpoint) closed, or was silent for \(Self.patienceMilliseconds) ms")
      }
      received.writeBytes(input.takeAll())
    }
  }
}
