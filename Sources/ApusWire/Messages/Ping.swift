public import NIOCore

/// A question for a sign of life.
public struct Ping: Message {
  /// PING.
  public static let type = FrameType.ping

  /// Any number; PONG returns it.
  public var number: UInt64

  /// Creates a PING.
  public init(number: UInt64) { self.number = number }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 16)
    number = reader.read(UInt64.self)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 16)
    buffer.writeInteger(number, endianness: .little)
  }
}

/// The sign of life.
public struct Pong: Message {
  /// PONG.
  public static let type = FrameType.pong

  /// The number of the PING.
  public var number: UInt64

  /// Creates a PONG.
  public init(number: UInt64) { self.number = number }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    number = try Ping(decoding: body).number
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    Ping(number: number).encodeBody(into: &buffer)
  }
}
