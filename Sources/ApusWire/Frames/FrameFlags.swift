/// What a request asks for beside its answer: the flags of a frame header.
///
/// A flag is legal on SCORE, RANK and EXTRACT, and only if the feature that defines it was agreed.
public struct FrameFlags: OptionSet, Hashable, Sendable {
  /// The bits on the wire.
  public let rawValue: UInt16

  /// Creates flags from their bits on the wire.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The reply tells where the time went.
  public static let timing = FrameFlags(rawValue: 1)
  /// The request is computed alone and at once: the lowest latency, for more work.
  public static let noBatch = FrameFlags(rawValue: 2)
  /// The request may wait until others are served: the lowest priority.
  public static let bulk = FrameFlags(rawValue: 4)
}
