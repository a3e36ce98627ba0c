internal import Glibc

/// An address as the operating system takes it.
struct SocketAddress {
  private var storage = sockaddr_storage()
  private var length: socklen_t

  /// All addresses of an endpoint, in the order in which they should be tried.
  ///
  /// - Parameter endpoint: The endpoint.
  /// - Returns: At least one address.
  /// - Throws: ``BenchError`` with code `unreachable`.
  static func resolving(_ endpoint: Endpoint) throws(BenchError) -> [SocketAddress] {
    switch endpoint {
    case .unix(let path): [try SocketAddress(path: path)]
    case .tcp(let host, let port): try resolving(host: host, port: port)
    }
  }

  /// The port that a socket listens on.
  ///
  /// - Parameter socket: The number of its descriptor.
  /// - Returns: The port.
  /// - Throws: ``BenchError`` with code `system`.
  static func port(of socket: Int32) throws(BenchError) -> Int {
    var address = SocketAddress(length: socklen_t(MemoryLayout<sockaddr_storage>.size))
    let result = unsafe withUnsafeMutablePointer(to: &address.storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(socket, $0, &address.length)
      }
    }
    guard result == 0 else { throw .system("getsockname") }
    // The port lies at the same place in both families of addresses.
    return unsafe withUnsafeBytes(of: &address.storage) { bytes in
      unsafe Int(bytes[2]) << 8 | Int(bytes[3])
    }
  }

  /// Makes a socket of the address's family.
  func makeSocket() -> Int32 {
    socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  }

  /// Connects a socket to the address.
  func connect(_ socket: Int32) -> Int32 { unsafe call(Glibc.connect, socket) }

  /// Gives a socket the address.
  func bind(_ socket: Int32) -> Int32 { unsafe call(Glibc.bind, socket) }

  private init(length: socklen_t) { self.length = length }

  private init(path: String) throws(BenchError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else {
      throw BenchError(
        .unreachable,
        "\(path) is \(path.utf8.count) bytes long; a socket's path has at most"
          + " \(room - 1): choose a shorter one")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      unsafe bytes.copyBytes(from: path.utf8)
    }
    self.init(length: socklen_t(MemoryLayout<sockaddr_un>.size))
    unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      unsafe bytes.storeBytes(of: address, as: sockaddr_un.self)
    }
  }

  private static func resolving(
    host: String, port: Int
  ) throws(BenchError) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let result = unsafe getaddrinfo(host, String(port), &hints, &list)
    defer { if unsafe list != nil { unsafe freeaddrinfo(list) } }
    guard result == 0 else {
      let meaning = unsafe String(cString: gai_strerror(result))
      throw BenchError(.unreachable, "\(host): \(meaning); check the name")
    }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next?.pointee {
      var address = unsafe SocketAddress(length: entry.ai_addrlen)
      unsafe withUnsafeMutableBytes(of: &address.storage) { bytes in
        unsafe bytes.copyMemory(
          from: UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen)))
      }
      addresses.append(address)
      unsafe next = entry.ai_next
    }
    return addresses
  }

  private func call(
    _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ socket: Int32
  ) -> Int32 {
    unsafe withUnsafePointer(to: storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe function(socket, $0, length)
      }
    }
  }
}
