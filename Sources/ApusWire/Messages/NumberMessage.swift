public import NIOCore

/// A message of one number, which goes there and back: PING, PONG, PROBE and PROBE_OK.
public protocol NumberMessage: Message {
  /// Any number; an answer returns that of its question.
  var number: UInt64 { get }

  /// Creates a message.
  init(number: UInt64)
}

extension NumberMessage {
  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 16)
    self.init(number: reader.read(UInt64.self))
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 16)
    buffer.writeInteger(number, endianness: .little)
  }
}
