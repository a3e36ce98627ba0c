import ApusSystem
internal import CLinux
import Glibc
import NIOCore

/// A socket that takes connections, over TCP or in the file system.
struct ListeningSocket: ~Copyable, Sendable {
  /// What became of an attempt to take a connection.
  enum Accepted: ~Copyable {
    /// A connection.
    case socket(Socket, peer: String)
    /// There is none now.
    case nothing
    /// This process or machine has no descriptor left; the connection was closed unheard.
    case outOfDescriptors
  }

  /// The address, with the port that the system chose.
  let address: SocketAddress
  private let descriptor: Descriptor
  /// Kept so that a connection can be refused when there is no other descriptor left.
  private var reserve: Descriptor?

  /// The number that a poller watches.
  var number: Int32 { descriptor.number }

  /// Listens.
  ///
  /// - Parameters:
  ///   - address: An address of this machine, or a path that no process listens on.
  ///   - backlog: The connections that may wait to be taken.
  /// - Throws: ``SystemError``.
  init(_ address: SocketAddress, backlog: Int32 = 1024) throws(SystemError) {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = try Descriptor(socket(address.family, flags, 0), from: "socket")
    let number = descriptor.number
    if let path = address.pathname, !path.isEmpty { try Self.removeDeadSocket(address, path) }
    var on: Int32 = 1
    _ = unsafe setsockopt(
      number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard unsafe address.withSockAddr({ unsafe bind(number, $0, socklen_t($1)) }) == 0 else {
      throw SystemError("bind")
    }
    guard listen(number, backlog) == 0 else { throw SystemError("listen") }
    self.address = address.pathname == nil ? try Self.boundAddress(number) : address
    self.descriptor = descriptor
    self.reserve = Self.openReserve()
  }

  /// A socket's file outlives a process that was killed; it is removed if nobody answers there.
  private static func removeDeadSocket(_ address: SocketAddress, _ path: String) throws(SystemError)
  {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let probe = try Descriptor(socket(AF_UNIX, flags, 0), from: "socket")
    let result = unsafe address.withSockAddr { unsafe connect(probe.number, $0, socklen_t($1)) }
    if result != 0, errno == ECONNREFUSED { unsafe unlink(path) }
  }

  private static func boundAddress(_ number: Int32) throws(SystemError) -> SocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(number, $0, &length)
      }
    }
    guard result == 0, let address = SocketAddress(storage) else {
      throw SystemError("getsockname")
    }
    return address
  }

  private static func openReserve() -> Descriptor? {
    try? Descriptor(unsafe open("/dev/null", O_RDONLY | O_CLOEXEC), from: "open")
  }

  /// Takes the next connection.
  mutating func accept() -> Accepted {
    var storage = sockaddr_storage()
    do throws(SystemError) {
      let connection = try Descriptor(
        unsafe clinux_accept(descriptor.number, &storage), from: "accept")
      let socket = Socket(connection)
      socket.tune(isTCP: storage.ss_family != sa_family_t(AF_UNIX))
      return .socket(socket, peer: SocketAddress(storage)?.ipAddress ?? "local")
    } catch {
      guard error.number == EMFILE || error.number == ENFILE else { return .nothing }
    }
    // Else the connection would stay in the backlog and wake the loop again and again.
    reserve = nil
    let refused = clinux_accept(descriptor.number, nil)
    if refused >= 0 { close(refused) }
    reserve = Self.openReserve()
    return .outOfDescriptors
  }

  deinit {
    if let path = address.pathname, !path.isEmpty { unsafe unlink(path) }
  }
}

extension SocketAddress {
  fileprivate var family: Int32 {
    switch self {
    case .v4: AF_INET
    case .v6: AF_INET6
    case .unixDomainSocket: AF_UNIX
    }
  }

  /// The address in what the operating system filled in, if it is one of the Internet.
  fileprivate init?(_ storage: sockaddr_storage) {
    var storage = storage
    let address: SocketAddress? = unsafe withUnsafePointer(to: &storage) { pointer in
      switch unsafe Int32(pointer.pointee.ss_family) {
      case AF_INET:
        unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          unsafe SocketAddress($0.pointee)
        }
      case AF_INET6:
        unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          unsafe SocketAddress($0.pointee)
        }
      default: nil
      }
    }
    guard let address else { return nil }
    self = address
  }
}
