/// A question for a sign of life.
public struct Ping: NumberMessage {
  /// PING.
  public static let type = FrameType.ping

  /// Any number; PONG returns it.
  public let number: UInt64

  /// Creates a PING.
  public init(number: UInt64) { self.number = number }
}

/// The sign of life.
public struct Pong: NumberMessage {
  /// PONG.
  public static let type = FrameType.pong

  /// The number of the PING.
  public let number: UInt64

  /// Creates a PONG.
  public init(number: UInt64) { self.number = number }
}
