/// What a server asks of others: who may come in, who changes models, who keeps count.
public struct ServerServices: Sendable {
  /// Counts what connections do.
  public var metrics = ServerMetrics()

  /// Verifies who clients are; without one, everybody may do everything.
  public var authenticator: (any Authenticator)?

  /// Performs admin frames; without one, they are refused.
  public var administrator: (any ModelAdministrator)?

  /// Knows what STATS tells; without one, it tells nothing.
  public var status: (any StatusSource)?

  /// Makes the handlers of connections that speak TLS.
  public var tls: TLSIdentity?

  /// Creates services for a server on its own.
  public init() {}
}
