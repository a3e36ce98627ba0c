import ApusSystem
import Glibc
import NIOCore

/// A non-blocking stream socket: the two calls of the hot path, and how one is set up.
struct Socket: ~Copyable, Sendable {
  /// What became of a read.
  enum Received {
    /// So many bytes came.
    case bytes(Int)
    /// The peer will not send any more.
    case end
    /// There is nothing to read now.
    case nothing
    /// The connection is broken.
    case failed
  }

  private let descriptor: Descriptor

  /// The number that a poller watches.
  var number: Int32 { descriptor.number }

  /// Takes a connected, non-blocking socket over.
  init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// Sends small messages at once, and notices a peer that is gone.
  func tune(isTCP: Bool) {
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe setsockopt(number, SOL_SOCKET, SO_KEEPALIVE, &on, size)
    if isTCP { _ = unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size) }
  }

  /// Appends what has come to `buffer`, which takes at most `limit` bytes.
  func receive(into buffer: inout ByteBuffer, limit: Int) -> Received {
    var result = Received.failed
    unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { room in
      let count = unsafe recv(number, room.baseAddress, room.count, 0)
      if count > 0 {
        result = .bytes(count)
        return count
      }
      if count == 0 {
        result = .end
      } else if errno == EAGAIN || errno == EINTR {
        result = .nothing
      }
      return 0
    }
    return result
  }

  /// Sends from the front of `buffer` what the peer takes now.
  ///
  /// - Returns: Whether the connection is in order.
  func send(from buffer: inout ByteBuffer) -> Bool {
    while buffer.readableBytes > 0 {
      let count = unsafe buffer.readableBytesSpan.withUnsafeBytes { bytes in
        unsafe Glibc.send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      guard count >= 0 else {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      buffer.moveReaderIndex(forwardBy: count)
    }
    return true
  }

  /// Tells the peer that nothing more will be sent.
  func shutDownOutput() {
    _ = shutdown(number, Int32(SHUT_WR))
  }
}
