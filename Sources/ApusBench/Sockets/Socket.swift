internal import ApusSystem
internal import Glibc

/// A stream socket of TCP or of this machine's own paths.
package struct Socket: ~Copyable, Sendable {
  /// What came of one transfer.
  enum Transfer {
    /// Some bytes went through.
    case moved(Int)
    /// None can go through now.
    case blocked
    /// The peer has closed or reset the connection.
    case closed
  }

  private let descriptor: Descriptor

  private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// The number of the descriptor, for a poller.
  var number: Int32 { descriptor.number }

  /// Connects, and sends small messages at once.
  ///
  /// - Parameter endpoint: Where the server listens.
  /// - Returns: A socket that blocks.
  /// - Throws: ``BenchError`` with code `unreachable`.
  package static func connected(to endpoint: Endpoint) throws(BenchError) -> Socket {
    var failure = BenchError(.unreachable, "\(endpoint) has no address")
    for address in try SocketAddress.resolving(endpoint) {
      let socket = Socket(try Descriptor.taking(address.makeSocket(), from: "socket"))
      if address.connect(socket.number) == 0 {
        if case .tcp = endpoint { try socket.set(TCP_NODELAY, of: Int32(IPPROTO_TCP)) }
        return socket
      }
      failure = .system("connecting to \(endpoint)", .unreachable)
    }
    throw failure
  }

  /// Listens.
  ///
  /// - Parameter endpoint: Where; port 0 takes a free one.
  /// - Returns: A socket that accepts.
  /// - Throws: ``BenchError`` with code `unreachable`.
  package static func listening(on endpoint: Endpoint) throws(BenchError) -> Socket {
    guard let address = try SocketAddress.resolving(endpoint).first else {
      throw BenchError(.unreachable, "\(endpoint) has no address")
    }
    let socket = Socket(try Descriptor.taking(address.makeSocket(), from: "socket"))
    try socket.set(SO_REUSEADDR, of: SOL_SOCKET)
    guard address.bind(socket.number) == 0, listen(socket.number, 1024) == 0 else {
      throw .system("listening on \(endpoint)", .unreachable)
    }
    return socket
  }

  /// Takes the next connection.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  package borrowing func accepted() throws(BenchError) -> Socket {
    let socket = Socket(try Descriptor.taking(accept(number, nil, nil), from: "accept"))
    // A socket of this machine's paths knows no delay and refuses the option.
    try? socket.set(TCP_NODELAY, of: Int32(IPPROTO_TCP))
    return socket
  }

  /// The port that the socket listens on.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  package borrowing func port() throws(BenchError) -> Int { try SocketAddress.port(of: number) }

  /// Makes transfers return at once.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  borrowing func disableBlocking() throws(BenchError) {
    guard fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0 else {
      throw .system("fcntl")
    }
  }

  /// Ends a transfer that blocks after a time, as if it could not go through.
  ///
  /// - Parameter milliseconds: The time.
  /// - Throws: ``BenchError`` with code `system`.
  borrowing func limitBlocking(milliseconds: Int) throws(BenchError) {
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    let length = socklen_t(MemoryLayout<timeval>.size)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      guard unsafe setsockopt(number, SOL_SOCKET, option, &time, length) == 0 else {
        throw .system("setsockopt")
      }
    }
  }

  private borrowing func set(_ option: Int32, of level: Int32) throws(BenchError) {
    var on: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe setsockopt(number, level, option, &on, length) == 0 else {
      throw .system("setsockopt")
    }
  }
}
