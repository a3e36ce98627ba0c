internal import ApusWire
internal import NIOCore

/// A whole frame that is sent many times, each time with another correlation id.
///
/// Only the id and the checksum of the header change, and that checksum goes over the first 12
/// bytes, which never change, and the last 16.
struct RequestFrame: Sendable {
  /// The type of the reply.
  let replyType: UInt8
  /// The rows that the request asks to score; 0 for other requests.
  let rowCount: Int

  private let bytes: [UInt8]
  private let checksumOfStart: CRC32C

  /// The bytes of the frame.
  var length: Int { bytes.count }

  /// Takes over a frame.
  ///
  /// - Parameters:
  ///   - bytes: A whole frame of a request.
  ///   - rowCount: The rows that it asks to score.
  init(_ bytes: [UInt8], rowCount: Int = 0) {
    self.bytes = bytes
    self.rowCount = rowCount
    replyType = bytes[5] | 0x80
    var checksum = CRC32C()
    unsafe checksum.update(bytes.span.bytes.extracting(0..<12))
    checksumOfStart = checksum
  }

  /// The frame of a message.
  init(_ message: some Message) {
    var buffer = ByteBuffer()
    message.encode(into: &buffer, correlationID: 1)
    self.init(Array(buffer.readableBytesView))
  }

  /// Appends the frame with an identifier.
  func write(identifier: UInt64, into output: inout StreamBuffer) {
    let offset = output.append(bytes)
    output.set(identifier, at: offset + 16)
    var checksum = checksumOfStart
    checksum.update(output.bytes.extracting(offset + 16..<offset + WireLimits.headerLength))
    output.set(checksum.value, at: offset + 12)
  }
}
