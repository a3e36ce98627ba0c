import ApusWire
import Glibc
import NIOCore

/// A blocking client that sends whatever bytes a test wants.
///
/// Everything that waits gives up after ten seconds, so that a failing test ends.
final class RawClient {
  struct Failure: Error {
    let call: String
    let number: Int32
  }

  private let descriptor: Int32
  private var received = ByteBuffer()
  private var decoder: FrameDecoder

  /// Connects over TCP.
  ///
  /// - Parameters:
  ///   - port: The port on this machine.
  ///   - source: The address to come from, in 127.0.0.0/8: each is a peer of its own.
  ///   - receiveBufferLength: The bytes that wait unread; `nil` leaves it to the system.
  ///   - bodyLength: The largest body that is received.
  /// - Throws: ``Failure`` if the server does not take the connection.
  init(
    port: Int,
    from source: UInt32? = nil,
    receiveBufferLength: Int32? = nil,
    bodyLength: Int = WireLimits.defaultBodyLength
  ) throws {
    decoder = FrameDecoder(
      from: .server, maximumBodyLength: bodyLength, features: .known)
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var on: Int32 = 1
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    if var receiveBufferLength {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferLength, 4)
    }
    func address(_ host: UInt32, port: Int) throws -> SocketAddress {
      try SocketAddress(packedIPAddress: ByteBuffer(integer: host), port: port)
    }
    if let source {
      try unsafe check("bind", address(source, port: 0)) { unsafe bind(descriptor, $0, $1) }
    }
    try connect(to: address(INADDR_LOOPBACK, port: port))
  }

  /// Connects to a socket of the file system.
  init(path: String) throws {
    decoder = FrameDecoder(
      from: .server, maximumBodyLength: WireLimits.defaultBodyLength, features: .known)
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try connect(to: SocketAddress(unixDomainSocketPath: path))
  }

  private func connect(to address: SocketAddress) throws {
    var seconds = timeval(tv_sec: 10, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &seconds, size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &seconds, size)
    try unsafe check("connect", address) { unsafe Glibc.connect(descriptor, $0, $1) }
  }

  private func check(
    _ call: String, _ address: SocketAddress,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws {
    let result = unsafe address.withSockAddr { unsafe body($0, socklen_t($1)) }
    guard result == 0 else { throw Failure(call: call, number: errno) }
  }

  deinit { close(descriptor) }

  /// Sends bytes; returns `false` if the server has closed.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + sent },
          buffer.count - sent,
          Int32(MSG_NOSIGNAL)
        )
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Sends `bytes` again and again until the server has not taken any for 100 ms.
  ///
  /// - Returns: `false` if the server has closed instead, or has taken a gigabyte.
  func sendUntilStuck(_ bytes: [UInt8]) -> Bool {
    var total = 0
    while total < 1 << 30 {
      let offset = total % bytes.count
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + offset },
          buffer.count - offset,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        )
      }
      total += max(count, 0)
      guard count < 0 else { continue }
      guard errno == EAGAIN else { return false }
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if unsafe poll(&request, 1, 100) == 0 { return true }
    }
    return false
  }

  /// Sends what the buffer holds.
  @discardableResult
  func send(_ buffer: ByteBuffer) -> Bool { send(Array(buffer: buffer)) }

  /// Sends a message.
  @discardableResult
  func send(_ message: some Message, id: UInt64, budgetMicroseconds: UInt32 = 0) -> Bool {
    var buffer = ByteBuffer()
    message.encode(into: &buffer, correlationID: id, budgetMicroseconds: budgetMicroseconds)
    return send(buffer)
  }

  /// Waits for the next frame; `nil` if the server closes or resets first.
  func receive() throws -> Frame? {
    while true {
      if let frame = try decoder.next(from: &received) { return frame }
      var bytes = [UInt8](repeating: 0, count: 16 << 10)
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
      }
      if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
      guard count > 0 else { throw Failure(call: "recv", number: errno) }
      received.writeBytes(bytes[..<count])
    }
  }

  /// Waits until there is something to receive.
  func waitForBytes() {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&request, 1, 10_000)
  }

  /// Waits for an ERROR of the connection and then for its end.
  func receiveFinalError() throws -> WireError? {
    guard let frame = try receive(), frame.header.type == .error,
      frame.header.correlationID == 0
    else { return nil }
    let error = try WireError(decoding: frame.body)
    return try receive() == nil ? error : nil
  }

  /// Exchanges HELLO and HELLO_OK.
  @discardableResult
  func hello(requestCredit: UInt32 = 0, features: Features = []) throws -> HelloOK {
    send(
      Hello(
        clientName: "raw", clientVersion: "1", wantedRequestCredit: requestCredit,
        features: features),
      id: 1
    )
    guard let frame = try receive() else { throw Failure(call: "hello", number: 0) }
    return try HelloOK(decoding: frame.body)
  }

  /// Says that nothing more will be sent.
  func closeSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the close of this socket a reset.
  func resetWhenClosed() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_LINGER,
      &linger,
      socklen_t(MemoryLayout<linger>.size)
    )
  }
}

/// Encodes a SCORE of float rows.
func scoreFrame(
  _ model: ModelInfo,
  rows: [Float],
  rowCount: Int = 1,
  id: UInt64,
  budgetMicroseconds: UInt32 = 0
) -> ByteBuffer {
  var buffer = ByteBuffer()
  ScoreRequest.encode(
    floatRows: rows.span,
    rowCount: rowCount,
    model: model.handle,
    schemaHash: model.schemaHash,
    correlationID: id,
    budgetMicroseconds: budgetMicroseconds,
    into: &buffer
  )
  return buffer
}
