public import NIOCore

/// The announcement that the server closes this connection soon.
public struct GoAway: Message {
  /// Why a server goes away.
  public struct Reason: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Creates a reason from its number on the wire.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The server is shutting down.
    public static let shutdown = Reason(rawValue: 1)
  }

  /// GOAWAY.
  public static let type = FrameType.goAway

  /// Why.
  public var reason: Reason

  /// The milliseconds until the server closes the connection.
  public var milliseconds: UInt32

  /// Creates a GOAWAY.
  ///
  /// - Parameters:
  ///   - reason: Why.
  ///   - milliseconds: The milliseconds until the server closes the connection.
  public init(reason: Reason, milliseconds: UInt32) {
    self.reason = reason
    self.milliseconds = milliseconds
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 16)
    reason = Reason(rawValue: reader.read(UInt16.self))
    try reader.readReserved(2)
    milliseconds = reader.read(UInt32.self)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 16)
    buffer.writeInteger(reason.rawValue, endianness: .little)
    buffer.writeRepeatingByte(0, count: 2)
    buffer.writeInteger(milliseconds, endianness: .little)
  }
}
