public import NIOCore

/// A message that says all by its type: CANCEL, MODEL_LIST and STATS.
public protocol EmptyMessage: Message {
  /// Creates the message.
  init()
}

extension EmptyMessage {
  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    try BodyReader(body.readableBytesSpan, blockLength: 8).finish()
    self.init()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 8)
  }
}
