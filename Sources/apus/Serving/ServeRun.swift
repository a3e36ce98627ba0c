internal import ApusOperations
internal import ApusServing
internal import ApusWire
internal import Glibc
internal import Logging
internal import NIOCore
internal import UnixSignals

/// One run of a server: what it needs, from the first check to the last answer.
struct ServeRun {
  private let options: ServeOptions
  private let catalog = ModelCatalog()
  private let metrics = ServerMetrics()
  private let repository: ModelRepository
  private let tokens: TokenFile?
  private let identity: TLSIdentity?
  private let log = Logger(label: "apus.serve")

  /// Loads and verifies everything that serving needs; nothing listens yet.
  ///
  /// - Parameter options: What the server is told.
  /// - Throws: What is wrong with the options, the files that they name, or the models.
  init(_ options: ServeOptions) async throws {
    self.options = options
    try options.safety.verifyTogether()
    try options.safety.verifyAddresses(of: options)
    let log = Logger(label: "apus.safety")
    tokens = try options.safety.tokens.map { try TokenFile($0, log: log) }
    identity = try options.safety.identity.map { try TLSIdentity($0, log: log) }
    let loader = try ModelLoader(options.device)
    repository = ModelRepository(
      folder: options.models, catalog: catalog, configuration: options.versions.configuration,
      metrics: metrics
    ) { try loader.load($0) }
    try await repository.start()
  }

  /// The models that are ready, for people and scripts.
  var models: [ReadyReport.Model] {
    catalog.snapshot().routes.compactMap { route in
      route.stable.map {
        .init(name: $0.info.name, version: $0.info.version, device: $0.info.device)
      }
    }
  }

  /// Serves until a signal ends it: the first one drains, a second one ends the process at once.
  ///
  /// - Throws: `ServerError` or `OperationsError` if an address cannot be listened on.
  func serve() async throws {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let conditions = ServeConditions()
    var services = ServerServices()
    services.metrics = metrics
    let monitor = ServerMonitor(
      name: options.name, version: Apus.version, catalog: catalog, metrics: metrics,
      models: { [repository] in repository.models() },
      conditions: { [catalog, repository] in
        var current = conditions.current
        current.problems += repository.problems
        let stable = catalog.snapshot().routes.compactMap(\.stable)
        current.failedDevices = Set(stable.filter(\.model.isDegraded).map(\.info.device))
        return current
      },
      stalledLoops: { await conditions.stalledLoops(within: $0) })
    services.status = monitor
    services.authenticator = tokens
    services.administrator = ServeAdministrator(repository: repository, conditions: conditions)
    services.tls = identity
    let server = try await Server.start(
      options.configuration, catalog: catalog, services: services,
      log: Logger(label: "apus.server"))
    conditions.begin(server)
    let http: OperationsServer?
    do {
      http = try await operations(monitor)
    } catch {
      await server.drain()
      throw error
    }
    try report(server, httpPort: http?.port)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await server.run() }
      group.addTask { [repository] in await repository.watch() }
      group.addTask {
        var isDraining = false
        for await _ in signals {
          // Not an orderly exit: what a drain waits for may be stuck in a driver.
          if isDraining { _exit(130) }
          isDraining = true
          log.notice("draining")
          conditions.drain()
        }
      }
      // The server's end, or the second signal, whichever comes first.
      try await group.next()
      group.cancelAll()
    }
    await http?.stop()
  }

  private func operations(_ monitor: ServerMonitor) async throws(OperationsError)
    -> OperationsServer?
  {
    guard let address = options.http else { return nil }
    return try await OperationsServer.start(
      OperationsConfiguration(host: address.host, port: address.port), source: monitor,
      log: Logger(label: "apus.http"))
  }

  private func report(_ server: Server, httpPort: Int?) throws {
    log.notice("serving", metadata: options.effective.mapValues { .string($0) })
    let report = ReadyReport(
      address: "\(options.listen.with(port: server.address.port))",
      tls: options.safety.tls.map { "\($0.with(port: server.tlsAddress?.port))" },
      unix: options.unix,
      admin: options.admin.map { "\($0.with(port: server.administrationAddress?.port))" },
      http: options.http.map { "http://\($0.with(port: httpPort))/" },
      models: models)
    try Terminal.print(json: report)
  }
}
