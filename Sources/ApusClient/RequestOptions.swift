public import ApusWire

/// What a caller may say about one request beside its content.
///
/// A server that does not know one of the first three scores as if it had not been given. One that
/// does not route refuses a routing key, so that nobody takes a canary's share for granted.
public struct RequestOptions: Equatable, Sendable {
  /// Whether the reply tells where the time went, in `extensions.timing`.
  public var timing: Bool

  /// Whether the request is computed alone and at once.
  public var noBatch: Bool

  /// Whether the request may wait until others are served.
  public var bulk: Bool

  /// The name of the request in the caller's logs; the reply repeats it.
  public var traceID: TraceID?

  /// What decides whether a request by route goes to the canary.
  public var routingKey: UInt64?

  /// Creates options.
  ///
  /// - Parameters:
  ///   - timing: Whether the reply tells where the time went.
  ///   - noBatch: Whether the request is computed alone and at once.
  ///   - bulk: Whether the request may wait until others are served.
  ///   - traceID: The name of the request in the caller's logs.
  ///   - routingKey: What decides whether a request by route goes to the canary.
  public init(
    timing: Bool = false,
    noBatch: Bool = false,
    bulk: Bool = false,
    traceID: TraceID? = nil,
    routingKey: UInt64? = nil
  ) {
    self.timing = timing
    self.noBatch = noBatch
    self.bulk = bulk
    self.traceID = traceID
    self.routingKey = routingKey
  }

  /// The flags of the frame.
  var flags: FrameFlags {
    var flags: FrameFlags = []
    if timing { flags.insert(.timing) }
    if noBatch { flags.insert(.noBatch) }
    if bulk { flags.insert(.bulk) }
    return flags
  }

  /// The extensions of the frame.
  var extensions: Extensions { Extensions(traceID: traceID, routingKey: routingKey) }
}
