internal import ApusWire

/// Joins what is known of a server: its counters, its models, and the state that it is in.
public final class ServerMonitor: StatusSource {
  /// What only the server itself knows.
  public struct Conditions: Sendable {
    /// Whether it shuts down.
    public var isDraining = false
    /// The requests that wait for their turn.
    public var waitingRequests = 0
    /// The rows of those requests.
    public var waitingRows = 0
    /// The devices that failed, whose work the processor does.
    public var failedDevices: Set<String> = []
    /// What else is not as it should be, one short sentence each.
    public var problems: [String] = []

    /// Creates the conditions of a server that is well and has nothing to do.
    public init() {}
  }

  /// What is counted of the server.
  public let metrics: ServerMetrics

  private let name: String
  private let version: String
  private let catalog: ModelCatalog
  private let models: @Sendable () -> [ServerStatus.Model]
  private let conditions: @Sendable () -> Conditions
  private let stalledLoops: @Sendable (Duration) async -> [String]
  private let start = ContinuousClock.now

  /// Creates the monitor of a server that starts now.
  ///
  /// - Parameters:
  ///   - name: The name of the server.
  ///   - version: The version of the server.
  ///   - catalog: What it serves.
  ///   - metrics: What is counted of it.
  ///   - models: Tells the models, if somebody knows more of them than the catalog does, such as
  ///     why a version was refused.
  ///   - conditions: Tells what only the server knows; it is called by any thread and must not
  ///     wait.
  ///   - stalledLoops: Tells which event loops did not turn within a time.
  public init(
    name: String, version: String, catalog: ModelCatalog, metrics: ServerMetrics,
    models: (@Sendable () -> [ServerStatus.Model])? = nil,
    conditions: @escaping @Sendable () -> Conditions = { Conditions() },
    stalledLoops: @escaping @Sendable (Duration) async -> [String] = { _ in [] }
  ) {
    self.name = name
    self.version = version
    self.catalog = catalog
    self.metrics = metrics
    self.models = models ?? { catalog.snapshot().routes.map(ServerStatus.Model.init) }
    self.conditions = conditions
    self.stalledLoops = stalledLoops
  }

  /// Returns how the server is doing now.
  public func status() -> ServerStatus {
    let conditions = conditions()
    let routes = catalog.snapshot().routes
    var problems = conditions.problems
    problems += conditions.failedDevices.sorted().map { "\($0) failed; the CPU stands in" }
    let silent = routes.filter { $0.stable == nil }
    problems += silent.map { "\($0.name) has no version that answers" }
    if routes.isEmpty { problems.append("no model is loaded") }
    let readiness: ServerStatus.Readiness =
      if conditions.isDraining {
        .draining
      } else if silent.count == routes.count {
        .unready
      } else {
        problems.isEmpty ? .ready : .degraded
      }
    let selectors = Set(routes.flatMap { $0.versions.map(\.info.device) })
    return ServerStatus(
      name: name, version: version,
      uptimeSeconds: start.duration(to: .now) / .seconds(1), readiness: readiness,
      problems: problems, waitingRequests: conditions.waitingRequests,
      waitingRows: conditions.waitingRows, server: metrics.snapshot(),
      devices: selectors.union(conditions.failedDevices).sorted().map {
        .init(selector: $0, isHealthy: !conditions.failedDevices.contains($0))
      },
      models: models())
  }

  /// Asks each event loop for a sign of life.
  public func stalledLoops(within limit: Duration) async -> [String] { await stalledLoops(limit) }

  /// Returns a canary for each version that answers.
  public func canaries() -> [Canary] {
    catalog.snapshot().routes.flatMap { route in
      [route.stable, route.canary?.version].compactMap { $0 }.map { Canary($0.model) }
    }
  }
}

extension ServerStatus.Model {
  fileprivate init(_ route: ModelRoute) {
    let canary = route.canary
    self.init(
      name: route.name, stable: route.stable?.info.version,
      canary: canary?.version.info.version,
      canaryPercent: Double(canary?.share.hundredths ?? 0) / 100,
      versions: route.versions.reversed().map { version in
        .init(
          version: version.info.version, handle: version.info.handle.rawValue,
          device: version.info.device,
          state: version === route.stable
            ? "serving" : version === canary?.version ? "canary" : "loaded",
          metrics: version.metrics.snapshot())
      })
  }
}
