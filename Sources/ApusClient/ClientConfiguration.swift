public import ApusWire
public import NIOCore

/// Everything that a client is told once.
public struct ClientConfiguration: Sendable {
  /// The name that HELLO tells, at most 64 bytes.
  public var clientName: String = "apus-swift"

  /// The version that HELLO tells, at most 64 bytes.
  public var clientVersion: String = "1"

  /// The environment of the client.
  ///
  /// A client and a server of different environments refuse each other; 0 goes with any.
  public var environment: UInt64 = 0

  /// How long a request waits for its reply; it is also the budget that the server is told.
  public var requestTimeout: TimeAmount = .seconds(5)

  /// How long one attempt to connect may take, HELLO included.
  public var connectTimeout: TimeAmount = .seconds(2)

  /// The attempts to connect before the requests that wait for it fail.
  public var connectAttempts: Int = 3

  /// The longest wait before the second attempt to connect; it doubles with each further one.
  public var firstBackoff: TimeAmount = .milliseconds(20)

  /// The longest wait between two attempts to connect.
  public var maximumBackoff: TimeAmount = .seconds(2)

  /// The connections that are made at most; a request goes where the fewest are under way.
  ///
  /// A second one is made only while the first is busy. More than one helps those who keep many
  /// requests under way, and nobody else.
  public var connectionLimit: Int = 1

  /// What the client proves to a server that requires it.
  public var token: ClientToken?

  /// How the connection is encrypted; `nil` for not at all.
  public var tls: ClientTLS?

  /// When a request that the server refused for now is made again.
  public var retry = RetryPolicy()

  /// What is called, on the thread of the connection, when another version of a model is stable.
  public var onPush: (@Sendable (Push) -> Void)?

  /// Creates a configuration with default times.
  public init() {}
}
