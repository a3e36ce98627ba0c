internal import Glibc

extension Socket {
  /// Sends all bytes; the socket blocks.
  ///
  /// - Parameter bytes: The bytes.
  /// - Throws: ``BenchError`` with code `system`.
  package borrowing func send(_ bytes: [UInt8]) throws(BenchError) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          number, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw .system("send") }
      sent += count
    }
  }

  /// Fills an array; the socket blocks.
  ///
  /// - Parameter bytes: Where the bytes go.
  /// - Returns: Whether they came; if not, the peer has closed.
  /// - Throws: ``BenchError`` with code `system`.
  package borrowing func receive(_ bytes: inout [UInt8]) throws(BenchError) -> Bool {
    var received = 0
    while received < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(
          number, buffer.baseAddress.map { unsafe $0 + received }, buffer.count - received, 0)
      }
      guard count >= 0 else { throw .system("recv") }
      guard count > 0 else { return false }
      received += count
    }
    return true
  }
}
