internal import Glibc

/// The bytes of one direction of a connection, between the socket and the codec.
///
/// ```
///  0        start           end            capacity
///  | taken  | waiting bytes  | room         |
/// ```
/// Nothing is allocated once the longest message has been there.
struct StreamBuffer: ~Copyable {
  private var storage: [UInt8]
  private var start = 0
  private var end = 0

  /// Creates an empty buffer.
  ///
  /// - Parameter capacity: The bytes that it holds before it grows.
  init(capacity: Int) { storage = [UInt8](repeating: 0, count: capacity) }

  /// The count of waiting bytes.
  var count: Int { end - start }

  /// The waiting bytes.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe storage.span.bytes.extracting(start..<end) }
  }

  /// Takes all waiting bytes.
  mutating func takeAll() -> [UInt8] {
    defer { consume(count) }
    return Array(storage[start..<end])
  }

  /// Takes bytes from the front.
  mutating func consume(_ count: Int) {
    precondition(count <= self.count, "\(count) bytes are taken of \(self.count)")
    start += count
    if start == end { (start, end) = (0, 0) }
  }

  /// Appends bytes and returns where among the waiting bytes they begin.
  @discardableResult
  mutating func append(_ bytes: RawSpan) -> Int {
    let length = bytes.byteCount
    makeRoom(length)
    let room = end..<end + length
    unsafe storage.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[room]).copyMemory(from: source)
      }
    }
    end += length
    return count - length
  }

  /// Appends bytes and returns where among the waiting bytes they begin.
  @discardableResult
  mutating func append(_ bytes: [UInt8]) -> Int { unsafe append(bytes.span.bytes) }

  /// Writes a number over waiting bytes, least significant byte first.
  mutating func set<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, at offset: Int) {
    let place = start + offset
    var span = storage.mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.storeBytes(of: number.littleEndian, toByteOffset: place, as: Number.self)
  }

  /// Receives what is there, at least `minimum` bytes if the peer sends them.
  ///
  /// - Parameters:
  ///   - socket: The connection.
  ///   - room: How many bytes there must be room for.
  /// - Returns: What came of it.
  mutating func receive(from socket: borrowing Socket, room: Int) -> Socket.Transfer {
    makeRoom(room)
    let (number, end) = (socket.number, end)
    let received = unsafe storage.withUnsafeMutableBytes { buffer in
      unsafe recv(number, buffer.baseAddress.map { unsafe $0 + end }, buffer.count - end, 0)
    }
    if received > 0 { self.end += received }
    return Self.transfer(received)
  }

  /// Sends as many of the waiting bytes as the socket takes.
  ///
  /// - Parameter socket: The connection.
  /// - Returns: What came of it.
  mutating func send(to socket: borrowing Socket) -> Socket.Transfer {
    let number = socket.number
    let sent = unsafe storage.withUnsafeBytes { buffer in
      unsafe Glibc.send(
        number, buffer.baseAddress.map { unsafe $0 + start }, end - start, Int32(MSG_NOSIGNAL))
    }
    if sent > 0 { consume(sent) }
    return Self.transfer(sent)
  }

  private static func transfer(_ result: Int) -> Socket.Transfer {
    if result > 0 { return .moved(result) }
    if result < 0, errno == EAGAIN || errno == EINTR { return .blocked }
    return .closed
  }

  private mutating func makeRoom(_ length: Int) {
    guard storage.count - end < length else { return }
    let kept = start..<end
    let (waiting, needed) = (kept.count, kept.count + length)
    unsafe storage.withUnsafeMutableBytes { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[kept]))
    }
    (start, end) = (0, waiting)
    if storage.count < needed {
      storage.append(contentsOf: repeatElement(0, count: max(needed, 2 * waiting) - storage.count))
    }
  }
}
