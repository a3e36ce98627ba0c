public import Logging
public import NIOCore
import NIOPosix

/// A server of models over TCP.
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

  private let server: ServerContext
  private let group: MultiThreadedEventLoopGroup
  private let listener: any Channel
  private let drained: EventLoopPromise<Void>

  private init(
    address: SocketAddress,
    server: ServerContext,
    group: MultiThreadedEventLoopGroup,
    listener: any Channel
  ) {
    self.address = address
    self.server = server
    self.group = group
    self.listener = listener
    self.drained = MultiThreadedEventLoopGroup.singleton.next().makePromise()
  }

  /// Listens, and serves from then on.
  ///
  /// - Parameters:
  ///   - configuration: What the server is told.
  ///   - catalog: The models; it may change while the server runs.
  ///   - log: Where refused connections are written, at level debug.
  /// - Returns: The server; the caller drains it.
  /// - Throws: ``ServerError`` if the address cannot be listened on.
  public static func start(
    _ configuration: ServerConfiguration,
    catalog: ModelCatalog,
    log: Logger = Logger(label: "apus.server")
  ) async throws(ServerError) -> Server {
    let server = ServerContext(configuration: configuration, catalog: catalog)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoopThreads)
    server.scoringPool.start()
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(low: configuration.outboundLimit / 2, high: configuration.outboundLimit)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ServerConnectionHandler(server: server, log: log)
          )
        }
      }
    let cause: any Error
    do {
      let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port)
        .get()
      if let address = listener.localAddress {
        return Server(address: address, server: server, group: group, listener: listener)
      }
      cause = ChannelError.unknownLocalAddress
    } catch {
      cause = error
    }
    await shutDown(server, group)
    throw ServerError(
      code: .cannotListen,
      message: "cannot listen on \(configuration.host):\(configuration.port); choose another "
        + "address, or port 0 for a free one",
      cause: cause
    )
  }

  /// The connections that are open.
  public var connectionCount: Int { server.connections.count }

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
    guard let channels = server.connections.startDraining() else { return await run() }
    try? await listener.close()
    for channel in channels {
      channel.pipeline.fireUserInboundEventTriggered(DrainEvent())
    }
    while let channel = server.connections.channels.first {
      try? await channel.closeFuture.get()
      // The registry hears of it in the same turn of the channel's event loop.
      try? await channel.eventLoop.submit {}.get()
    }
    await Self.shutDown(server, group)
    drained.succeed()
  }

  private static func shutDown(_ server: ServerContext, _ group: MultiThreadedEventLoopGroup) async
  {
    try? await server.scoringPool.shutdownGracefully()
    try? await group.shutdownGracefully()
  }
}
