/// The parts of the protocol that a connection may agree on: the feature bits of HELLO.
///
/// The client offers, the server answers with those that it has too, and only these are in force.
/// A frame or a flag of a feature that was not agreed is refused like one that does not exist.
public struct Features: OptionSet, Hashable, Sendable {
  /// The bits on the wire.
  public let rawValue: UInt64

  /// Creates features from their bits on the wire.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Flag TIMING, and the extension that answers it.
  public static let timing = Features(rawValue: 1 << 0)
  /// Flags NO_BATCH and BULK.
  public static let classes = Features(rawValue: 1 << 1)
  /// CANCEL.
  public static let cancel = Features(rawValue: 1 << 2)
  /// RANK.
  public static let rank = Features(rawValue: 1 << 3)
  /// EXTRACT.
  public static let extract = Features(rawValue: 1 << 4)
  /// STATS.
  public static let stats = Features(rawValue: 1 << 5)
  /// CREDIT.
  public static let credit = Features(rawValue: 1 << 6)
  /// PUSH.
  public static let push = Features(rawValue: 1 << 7)
  /// PROBE and PROBE_OK.
  public static let keepalive = Features(rawValue: 1 << 8)
  /// The routing key, an extension.
  public static let routing = Features(rawValue: 1 << 9)

  /// All features that this package knows.
  public static let known = Features(rawValue: 1 << 10 - 1)

  /// The flags that these features define.
  public var flags: FrameFlags {
    var flags: FrameFlags = []
    if contains(.timing) { flags.insert(.timing) }
    if contains(.classes) { flags.formUnion([.noBatch, .bulk]) }
    return flags
  }
}
