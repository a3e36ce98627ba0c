public import NIOCore

/// The word that nobody waits for a request any more; its correlation id is that of the request.
///
/// It has no reply of its own: the request still gets its one terminal reply, the result or
/// ERROR(CANCELLED). An id that is not in flight is ignored.
public struct Cancel: Message {
  /// CANCEL.
  public static let type = FrameType.cancel

  /// Creates the word.
  public init() {}

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    try BodyReader(body.readableBytesSpan, blockLength: 8).finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 8)
  }
}
