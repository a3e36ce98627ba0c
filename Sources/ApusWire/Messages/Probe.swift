public import NIOCore

/// The server's question for a sign of life, with correlation id 0.
public struct Probe: Message {
  /// PROBE.
  public static let type = FrameType.probe

  /// Any number; PROBE_OK returns it.
  public var number: UInt64

  /// Creates a PROBE.
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

/// The client's sign of life, with correlation id 0.
public struct ProbeOK: Message {
  /// PROBE_OK.
  public static let type = FrameType.probeOK

  /// The number of the PROBE.
  public var number: UInt64

  /// Creates a PROBE_OK.
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
