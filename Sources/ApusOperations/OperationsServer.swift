public import ApusServing
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP port for operators: health, metrics, status, and a page to look at.
///
/// | path | answer |
/// |---|---|
/// | `/livez` | 200 while all event loops turn, 503 with the names of those that do not |
/// | `/readyz` | 200 ready or degraded, 503 else, after an inference on each device |
/// | `/metrics` | the figures in the text format of Prometheus |
/// | `/status` | the figures as JSON |
/// | `/` | a page that draws them, and asks for `/status` each second |
public final class OperationsServer: Sendable {
  /// The port that it listens on.
  public let port: Int

  private let services: ServiceGroup
  private let task: Task<Void, any Error>

  private init(port: Int, services: ServiceGroup, task: Task<Void, any Error>) {
    self.port = port
    self.services = services
    self.task = task
  }

  /// Listens, and answers from then on.
  ///
  /// - Parameters:
  ///   - configuration: The address and the limits.
  ///   - source: The server that is watched.
  ///   - log: Where faults of this port are written.
  /// - Returns: The port; the caller stops it.
  /// - Throws: ``OperationsError`` if the address cannot be listened on.
  public static func start(
    _ configuration: OperationsConfiguration, source: any StatusSource, log: Logger
  ) async throws(OperationsError) -> OperationsServer {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let application = Application(
      router: OperationsRouter.make(configuration, source: source),
      server: .http1(configuration: .init(configuration)),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), backlog: 64,
        availableConnectionsDelegate: MaximumAvailableConnections(
          configuration.connectionLimit, logger: log)),
      onServerRunning: { channel in
        continuation.yield(channel.localAddress?.port ?? configuration.port)
      },
      logger: log)
    var group = ServiceGroupConfiguration(services: [application], logger: log)
    // Readers of a page that is going away are not waited for.
    group.maximumGracefulShutdownDuration = .seconds(1)
    let services = ServiceGroup(configuration: group)
    let task = Task {
      defer { continuation.finish() }
      try await services.run()
    }
    for await port in ports {
      return OperationsServer(port: port, services: services, task: task)
    }
    let cause: any Error
    do {
      try await task.value
      cause = CancellationError()
    } catch {
      cause = error
    }
    throw OperationsError(
      code: .cannotListen,
      message: "cannot listen on \(configuration.host):\(configuration.port) for HTTP; choose "
        + "another address, or port 0 for a free one", cause: cause)
  }

  /// Closes the port and its connections, and waits until they are closed.
  public func stop() async {
    await services.triggerGracefulShutdown()
    _ = try? await task.value
  }
}

extension HTTP1Channel.Configuration {
  fileprivate init(_ configuration: OperationsConfiguration) {
    self.init(
      additionalChannelHandlers: [BodyRefusal()],
      idleTimeout: TimeAmount(configuration.idleTimeout),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: configuration.headLength,
        maxHeaderListSize: configuration.headLength, maxHeaderFieldCount: 64))
  }
}
