internal import ApusSystem
internal import Dispatch
public import Logging
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// A server of models over TCP, sockets of the file system, and TLS.
///
/// ```swift
/// let server = try await Server.start(ServerConfiguration(), catalog: ModelCatalog([model]))
/// print(server.address)
/// // … on SIGTERM:
/// await server.drain()
/// ```
public final class Server: Sendable {
  /// The address that the server listens on.
  public let address: SocketAddress
  /// The address for administrators, if there is one.
  public let administrationAddress: SocketAddress?
  /// The address for clients that speak TLS, if there is one.
  public let tlsAddress: SocketAddress?

  private let server: ServerContext
  private let loops: [PollLoop]
  private let tls: TLSListener?
  private let keepAwake: KeepAwake?
  private let drained: EventLoopPromise<Void>

  private init(
    _ server: ServerContext, loops: [PollLoop], addresses: [ListenerRole: SocketAddress],
    tls: TLSListener?, keepAwake: KeepAwake?
  ) {
    guard let address = addresses[.serving] else {
      preconditionFailure("a server listens for clients")
    }
    self.address = address
    administrationAddress = addresses[.administration]
    tlsAddress = tls?.address
    self.server = server
    self.loops = loops
    self.tls = tls
    self.keepAwake = keepAwake
    drained = MultiThreadedEventLoopGroup.singleton.next().makePromise()
    server.catalog.onChange { _ in
      for loop in loops { loop.post(.modelsChanged) }
      tls?.modelsChanged()
    }
  }

  /// Listens, and serves from then on.
  ///
  /// - Parameters:
  ///   - configuration: What the server is told.
  ///   - catalog: The models; it may change while the server runs.
  ///   - services: Who may come in, who changes models, who keeps count.
  ///   - log: Where refused connections are written, at level debug.
  /// - Returns: The server; the caller drains it.
  /// - Throws: ``ServerError`` if an address cannot be listened on.
  public static func start(
    _ configuration: ServerConfiguration,
    catalog: ModelCatalog,
    services: ServerServices = ServerServices(),
    log: Logger = Logger(label: "apus.server")
  ) async throws(ServerError) -> Server {
    let server = ServerContext(
      configuration: configuration, catalog: catalog, services: services, log: log)
    var listeners: [Listener] = []
    var addresses: [ListenerRole: SocketAddress] = [:]
    func listen(_ name: String, _ role: ListenerRole, _ address: () throws -> SocketAddress)
      throws(ServerError)
    {
      do {
        let socket = try ListeningSocket(address())
        if addresses[role] == nil { addresses[role] = socket.address }
        listeners.append(Listener(socket, role: role))
      } catch {
        throw ServerError.cannotListen(name, cause: error)
      }
    }
    let (host, port) = (configuration.host, configuration.port)
    try listen("\(host):\(port)", .serving) {
      try SocketAddress.makeAddressResolvingHost(host, port: port)
    }
    if let path = configuration.unixPath {
      try listen(path, .serving) { try SocketAddress(unixDomainSocketPath: path) }
    }
    if let (host, port) = configuration.administration {
      try listen("\(host):\(port)", .administration) {
        try SocketAddress.makeAddressResolvingHost(host, port: port)
      }
    }
    var tls: TLSListener?
    if let (host, port) = configuration.tls, let identity = services.tls {
      do {
        tls = try await TLSListener.start(server, host: host, port: port, identity: identity)
      } catch {
        throw .cannotListen("\(host):\(port)", cause: error)
      }
    }
    do throws(SystemError) {
      try server.pool.start()
      let keepAwake =
        configuration.latencyMode == .keepAwake
        ? try KeepAwake(processors: configuration.processors) : nil
      if let keepAwake {
        log.info(
          "processors are kept awake",
          metadata: ["by": keepAwake.isSystemPolling ? "the system's idle loop" : "idle threads"])
      }
      let loops = try PollLoop.start(server, listeners: listeners)
      return Server(server, loops: loops, addresses: addresses, tls: tls, keepAwake: keepAwake)
    } catch {
      throw ServerError(
        code: .noThreads,
        message: "the system gives no thread or descriptor to the server; raise its limits",
        cause: error)
    }
  }

  /// The connections that are open.
  public var connectionCount: Int { server.connections.count }

  /// The requests and rows that wait for scoring threads.
  public var waiting: (requests: Int, rows: Int) {
    let load = server.pool.load
    return (load.requests, load.rows)
  }

  /// Asks each event loop for a sign of life.
  ///
  /// - Parameter limit: How long a loop has for its turn.
  /// - Returns: The names of the loops that did not turn in that time; none of a server that
  ///   drains, whose loops end one after the other.
  public func stalledLoops(within limit: Duration) async -> [String] {
    guard !server.connections.isDraining else { return [] }
    let pulse = LoopPulse(of: loops.map(\.name) + (tls?.loopNames ?? []))
    for loop in loops { loop.post(.beat(pulse)) }
    tls?.beat(pulse)
    return await pulse.silentLoops(after: limit)
  }

  /// Waits until the server has been drained.
  public func run() async {
    // The promise is never failed.
    try? await drained.futureResult.get()
  }

  /// Shuts down gracefully.
  ///
  /// Stops accepting, announces it with GOAWAY, finishes what is in flight, refuses what is new
  /// with DRAINING, and closes all connections within `drainTimeout`. Calling it twice is harmless.
  public func drain() async {
    beginDrain()
    await run()
  }

  /// Begins to shut down gracefully, as ``drain()`` does, and returns at once.
  public func beginDrain() {
    guard server.connections.startDraining() else { return }
    for loop in loops { loop.post(.drain) }
    Task { await finishDrain() }
  }

  private func finishDrain() async {
    await tls?.drain()
    await server.connections.waitUntilEmpty()
    for loop in loops { loop.post(.stop) }
    await withCheckedContinuation { continuation in
      // Threads are waited for where nobody minds.
      DispatchQueue.global().async { [server, loops, keepAwake] in
        for loop in loops { loop.join() }
        server.pool.stop()
        keepAwake?.stop()
        continuation.resume()
      }
    }
    await tls?.stop()
    drained.succeed()
  }
}
