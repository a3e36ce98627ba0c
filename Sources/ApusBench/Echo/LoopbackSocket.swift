import Glibc

/// A blocking TCP socket of this machine's loopback; closed when it goes out of scope.
package struct LoopbackSocket: ~Copyable, Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Listens on a free port.
  package static func listening() throws(EchoFloor.Failure) -> LoopbackSocket {
    let socket = try make()
    let bound = unsafe withLoopbackAddress(port: 0) { unsafe bind(socket.descriptor, $0, $1) }
    guard bound == 0 else { throw EchoFloor.Failure(call: "bind", number: errno) }
    guard listen(socket.descriptor, 1) == 0 else {
      throw EchoFloor.Failure(call: "listen", number: errno)
    }
    return socket
  }

  /// Connects to a port.
  package static func connected(to port: UInt16) throws(EchoFloor.Failure) -> LoopbackSocket {
    let socket = try make()
    let result = unsafe withLoopbackAddress(port: port) {
      unsafe connect(socket.descriptor, $0, $1)
    }
    guard result == 0 else { throw EchoFloor.Failure(call: "connect", number: errno) }
    try socket.disableDelay()
    return socket
  }

  /// Waits for a connection.
  package func accepted() throws(EchoFloor.Failure) -> LoopbackSocket {
    let accepted = accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw EchoFloor.Failure(call: "accept", number: errno) }
    let socket = LoopbackSocket(descriptor: accepted)
    try socket.disableDelay()
    return socket
  }

  /// The port that the socket listens on.
  package func port() throws(EchoFloor.Failure) -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else { throw EchoFloor.Failure(call: "getsockname", number: errno) }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Sends all bytes.
  package func send(_ bytes: [UInt8]) throws(EchoFloor.Failure) {
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
      guard count > 0 else { throw EchoFloor.Failure(call: "send", number: errno) }
      sent += count
    }
  }

  /// Fills `bytes`, or returns `false` if the peer has closed.
  package func receive(_ bytes: inout [UInt8]) throws(EchoFloor.Failure) -> Bool {
    var received = 0
    while received < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + received },
          buffer.count - received,
          0
        )
      }
      guard count >= 0 else { throw EchoFloor.Failure(call: "recv", number: errno) }
      guard count > 0 else { return false }
      received += count
    }
    return true
  }

  private static func make() throws(EchoFloor.Failure) -> LoopbackSocket {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw EchoFloor.Failure(call: "socket", number: errno) }
    return LoopbackSocket(descriptor: descriptor)
  }

  private func disableDelay() throws(EchoFloor.Failure) {
    var on: Int32 = 1
    let result = unsafe setsockopt(
      descriptor,
      Int32(IPPROTO_TCP),
      TCP_NODELAY,
      &on,
      socklen_t(MemoryLayout<Int32>.size)
    )
    guard result == 0 else { throw EchoFloor.Failure(call: "setsockopt", number: errno) }
  }

  private static func withLoopbackAddress(
    port: UInt16,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
