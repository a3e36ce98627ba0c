import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Takes connections that speak TLS, on event loops of SwiftNIO.
///
/// Behind the encryption they are served like all others: by the same state machine, batches and
/// scoring threads.
final class TLSListener: Sendable {
  /// The address that is listened on.
  let address: SocketAddress

  private let group: MultiThreadedEventLoopGroup
  private let listener: any Channel
  private let channels: OpenChannels

  private init(
    address: SocketAddress, group: MultiThreadedEventLoopGroup, listener: any Channel,
    channels: OpenChannels
  ) {
    self.address = address
    self.group = group
    self.listener = listener
    self.channels = channels
  }

  /// Listens.
  ///
  /// - Parameters:
  ///   - server: What the connections share.
  ///   - host: The address to listen on.
  ///   - port: The port; 0 takes a free one.
  ///   - identity: Makes the handlers that encrypt.
  /// - Returns: The listener; the caller stops it.
  /// - Throws: Why the address cannot be listened on.
  static func start(
    _ server: ServerContext, host: String, port: Int, identity: TLSIdentity
  ) async throws -> TLSListener {
    let threads = server.configuration.eventLoopThreads
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    let channels = OpenChannels()
    var schedulers: [ObjectIdentifier: NIOLoopBound<LoopScheduler>] = [:]
    for loop in group.makeIterator() {
      schedulers[ObjectIdentifier(loop)] = try await loop.submit {
        NIOLoopBound(LoopScheduler(server), eventLoop: loop)
      }.get()
    }
    let schedulerOfLoop = schedulers
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(
          low: server.configuration.outboundLimit / 2, high: server.configuration.outboundLimit)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let scheduler = schedulerOfLoop[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a channel belongs to an event loop of another group")
          }
          channels.add(channel)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(identity.handler())
          try pipeline.addHandler(ChannelTransport(scheduler.value, channel: channel))
        }
      }
    do {
      let listener = try await bootstrap.bind(host: host, port: port).get()
      guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
      return TLSListener(address: address, group: group, listener: listener, channels: channels)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
  }

  /// Takes no more connections, and lets those that are there finish.
  func drain() async {
    try? await listener.close()
    channels.send(.drain)
  }

  /// Tells the clients that models have changed.
  func modelsChanged() { channels.send(.modelsChanged) }

  /// The names of the event loops.
  var loopNames: [String] {
    group.makeIterator().enumerated().map { index, _ in Self.name(ofLoop: index) }
  }

  /// Lets each event loop show that it turns.
  func beat(_ pulse: LoopPulse) {
    for (index, loop) in group.makeIterator().enumerated() {
      loop.execute { pulse.beat(Self.name(ofLoop: index)) }
    }
  }

  private static func name(ofLoop index: Int) -> String { "apus-tls-\(index)" }

  /// Ends the event loops.
  func stop() async { try? await group.shutdownGracefully() }
}

/// What a listener tells its connections.
enum ChannelNotice: Sendable {
  /// The server shuts down.
  case drain
  /// Routes of the catalog lead elsewhere.
  case modelsChanged
}

/// The open channels of a listener.
private final class OpenChannels: Sendable {
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  func add(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    channels.withLock { $0[id] = channel }
    channel.closeFuture.whenComplete { _ in
      _ = self.channels.withLock { $0.removeValue(forKey: id) }
    }
  }

  func send(_ notice: ChannelNotice) {
    for channel in channels.withLock({ Array($0.values) }) {
      channel.pipeline.fireUserInboundEventTriggered(notice)
    }
  }
}
