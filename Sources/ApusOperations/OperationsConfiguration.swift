/// What the HTTP port for operators is told once, when it starts.
public struct OperationsConfiguration: Sendable {
  /// The address to listen on; only this machine by default.
  public var host: String

  /// The port to listen on; 0 takes a free one.
  public var port: Int

  /// The connections at one time; more wait to be accepted.
  public var connectionLimit = 64

  /// How long a connection may be silent, or take to send the head of a request.
  public var idleTimeout: Duration = .seconds(10)

  /// The most bytes in the head of a request.
  public var headLength = 16_384

  /// How long an event loop may take for a turn before the process counts as stuck.
  public var loopTimeout: Duration = .seconds(1)

  /// How long a device may take for its canary.
  public var canaryTimeout: Duration = .milliseconds(500)

  /// How long the outcome of the canaries is told again before they are run anew.
  public var canaryFreshness: Duration = .seconds(1)

  /// Creates a configuration with default limits.
  ///
  /// - Parameters:
  ///   - host: The address to listen on.
  ///   - port: The port to listen on; 0 takes a free one.
  public init(host: String = "127.0.0.1", port: Int = 7412) {
    self.host = host
    self.port = port
  }
}
