/// The server's question for a sign of life, with correlation id 0.
public struct Probe: NumberMessage {
  /// PROBE.
  public static let type = FrameType.probe

  /// Any number; PROBE_OK returns it.
  public let number: UInt64

  /// Creates a PROBE.
  public init(number: UInt64) { self.number = number }
}

/// The client's sign of life, with correlation id 0.
public struct ProbeOK: NumberMessage {
  /// PROBE_OK.
  public static let type = FrameType.probeOK

  /// The number of the PROBE.
  public let number: UInt64

  /// Creates a PROBE_OK.
  public init(number: UInt64) { self.number = number }
}
