import ApusWire
import Logging
import NIOCore

/// What all connections of a server share.
final class ServerContext: Sendable {
  let configuration: ServerConfiguration
  let catalog: ModelCatalog
  let pool: ScoringPool
  let metrics: ServerMetrics
  let connections: ConnectionLedger
  let authenticator: (any Authenticator)?
  let log: Logger
  private let administrator: (any ModelAdministrator)?
  private let status: (any StatusSource)?

  init(
    configuration: ServerConfiguration, catalog: ModelCatalog, services: ServerServices,
    log: Logger
  ) {
    precondition(
      configuration.eventLoopThreads > 0 && configuration.scoringThreads > 0,
      "a server needs threads, not \(configuration.eventLoopThreads) and "
        + "\(configuration.scoringThreads)"
    )
    for name in [configuration.serverName, configuration.serverVersion] {
      precondition(
        name.utf8.count <= WireLimits.nameLength,
        "'\(name)' is longer than 64 bytes"
      )
    }
    self.configuration = configuration
    self.catalog = catalog
    self.log = log
    metrics = services.metrics
    authenticator = services.authenticator
    administrator = services.administrator
    status = services.status
    pool = ScoringPool(configuration)
    connections = ConnectionLedger(
      limit: configuration.connectionLimit,
      limitPerPeer: configuration.connectionLimitPerPeer, metrics: metrics)
  }

  /// Performs a request of an administrator.
  func administer(_ request: AdminRequest) async -> Result<AdminReply, WireError> {
    guard let administrator else { return .failure(.forbidden) }
    return await administrator.perform(request)
  }

  /// What STATS tells; nothing where nobody keeps count.
  func statistics() -> Statistics {
    let entries = status?.status().entries() ?? []
    return Statistics(
      entries: entries.map { Statistics.Entry(key: $0.0, value: $0.1) })
  }
}
