import Foundation

/// A connection that speaks the specification's own examples: HELLO and PING, as bytes.
final class PlainConnection {
  private let descriptor: Int32

  /// Connects to a port of this machine.
  init(port: UInt16) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    descriptor = unsafe try Self.connect(AF_INET, &address)
  }

  /// Connects to a socket of the file system.
  init(path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      unsafe room.copyBytes(from: path.utf8.prefix(room.count - 1))
    }
    descriptor = unsafe try Self.connect(AF_UNIX, &address)
  }

  deinit { close(descriptor) }

  private static func connect<Address>(
    _ family: Int32, _ address: UnsafePointer<Address>
  ) throws -> Int32 {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Apus.Unusable("no socket: error \(errno)") }
    var seconds = timeval(tv_sec: 10, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &seconds, size)
    let result = unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
    }
    guard result == 0 else {
      let number = errno
      close(descriptor)
      throw Apus.Unusable("not connected: error \(number)")
    }
    return descriptor
  }

  /// Sends an example and waits for a reply of a type.
  ///
  /// - Returns: Whether it came, rather than the end of the connection.
  func exchange(_ example: String, for type: UInt8) throws -> Bool {
    let bytes = try Self.example(example)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    guard count == bytes.count, let header = receive(32), header[5] == type else { return false }
    let length = (0..<4).reduce(0) { $0 | Int(header[8 + $1]) << ($1 * 8) }
    return receive(length) != nil
  }

  /// Reads whatever is left, and waits for the end of the connection for at most ten seconds.
  ///
  /// - Returns: Whether it came.
  func isClosed() -> Bool {
    var byte: UInt8 = 0
    while true {
      let count = unsafe recv(descriptor, &byte, 1, 0)
      guard count > 0 else { return count == 0 || errno == ECONNRESET }
    }
  }

  /// Receives so many bytes; `nil` if the connection ends first.
  private func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var received = 0
    while received < count {
      let more = unsafe bytes.withUnsafeMutableBytes { room in
        unsafe recv(
          descriptor, room.baseAddress.map { unsafe $0 + received }, room.count - received, 0)
      }
      guard more > 0 else { return nil }
      received += more
    }
    return bytes
  }

  private static func example(_ name: String) throws -> [UInt8] {
    guard let example = examples[name] else { throw Apus.Unusable("no example '\(name)'") }
    return example
  }

  private static let examples: [String: [UInt8]] = {
    struct Example: Decodable {
      let name: String
      let hex: String
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/ApusWire/ApusWire.docc/Protocol-vectors.json")
    guard let data = try? Data(contentsOf: file),
      let examples = try? JSONDecoder().decode([Example].self, from: data)
    else { preconditionFailure("cannot read \(file.path())") }
    return Dictionary(
      uniqueKeysWithValues: examples.map { example in
        let digits = example.hex.compactMap(\.hexDigitValue)
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
          UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
        return (example.name, bytes)
      })
  }()
}

extension PlainConnection {
  /// Connects and exchanges HELLO.
  static func greeted(port: UInt16) throws -> PlainConnection {
    let connection = try PlainConnection(port: port)
    guard try connection.exchange("hello", for: 0x81) else {
      throw Apus.Unusable("HELLO was refused")
    }
    return connection
  }

  /// Whether PING gets PONG.
  func isAlive() throws -> Bool { try exchange("ping", for: 0x83) }
}
