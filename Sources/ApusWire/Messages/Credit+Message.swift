public import NIOCore

/// The totals that hold from now on.
///
/// Raised credit counts at once. Lowered credit binds the client from receipt; what was in flight
/// by then may stay.
extension Credit: Message {
  /// CREDIT.
  public static let type = FrameType.credit

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 24)
    self.init(from: &reader)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 24)
    encodeFields(into: &buffer)
  }

  /// Reads the sixteen bytes that HELLO_OK and CREDIT have in common.
  init(from reader: inout BodyReader) {
    let requests = Int(reader.read(UInt32.self))
    let rows = Int(reader.read(UInt32.self))
    let bytes = Int(clamping: reader.read(UInt64.self))
    self.init(requests: requests, rows: rows, bytes: bytes)
  }

  func encodeFields(into buffer: inout ByteBuffer) {
    buffer.writeInteger(UInt32(clamping: requests), endianness: .little)
    buffer.writeInteger(UInt32(clamping: rows), endianness: .little)
    buffer.writeInteger(UInt64(clamping: bytes), endianness: .little)
  }
}
