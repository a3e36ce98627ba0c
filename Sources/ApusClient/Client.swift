public import ApusWire
import NIOCore
import NIOPosix

/// A client of an Apus server.
///
/// ```swift
/// let client = try await Client.connect(host: "127.0.0.1", port: 7411)
/// let model = try await client.modelInfo("shop")
/// let reply = try await client.score(model: model, rows: features, rowCount: 3)
/// print(reply.scores)
/// await client.close()
/// ```
///
/// Requests may be made from any number of tasks at once; replies are matched by number, in any
/// order. A lost connection is made again by the next request, and requests that were under way are
/// repeated once: no request of this protocol does anything twice. What the server refuses for now
/// is tried again as ``RetryPolicy`` says. A task that is cancelled stops waiting at once, and the
/// server is told so.
public final class Client: Sendable {
  let configuration: ClientConfiguration
  let lastID: LastCorrelationID
  let retries: RetryBudget
  private let lanes: [ClientLane]

  private init(
    to endpoint: Endpoint,
    configuration: ClientConfiguration
  ) async throws(ClientError) {
    precondition(
      configuration.connectionLimit > 0,
      "a client needs a connection, not \(configuration.connectionLimit)"
    )
    let lastID = LastCorrelationID()
    let tls: ClientTLS.Context? =
      if let settings = configuration.tls { try .init(settings, for: endpoint) } else { nil }
    var lanes: [ClientLane] = []
    for index in 0..<configuration.connectionLimit {
      // One connection is enough to hear the news.
      let wantsNews = configuration.onPush != nil && index == 0
      let lane = await ClientLane(
        to: endpoint,
        configuration: configuration,
        features: wantsNews ? .known : .known.subtracting(.push),
        tls: tls,
        eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
        lastID: lastID
      )
      lanes.append(lane)
    }
    self.configuration = configuration
    self.lastID = lastID
    self.lanes = lanes
    retries = RetryBudget(percent: configuration.retry.budgetPercent)
  }

  /// Connects by TCP, and waits until the server has answered.
  ///
  /// - Parameters:
  ///   - host: The name or the address of the server.
  ///   - port: The port of the server.
  ///   - configuration: What the client is told.
  /// - Returns: The client; the caller closes it.
  /// - Throws: ``ClientError`` if the server cannot be reached or refuses the client.
  public static func connect(
    host: String,
    port: Int,
    configuration: ClientConfiguration = ClientConfiguration()
  ) async throws(ClientError) -> Client {
    try await connect(to: .tcp(host: host, port: port), configuration: configuration)
  }

  /// Connects, and waits until the server has answered.
  ///
  /// - Parameters:
  ///   - endpoint: Where the server listens.
  ///   - configuration: What the client is told.
  /// - Returns: The client; the caller closes it.
  /// - Throws: ``ClientError`` if the server cannot be reached or refuses the client, or if a file
  ///   of the configuration cannot be used.
  public static func connect(
    to endpoint: Endpoint,
    configuration: ClientConfiguration = ClientConfiguration()
  ) async throws(ClientError) -> Client {
    let client = try await Client(to: endpoint, configuration: configuration)
    do throws(ClientError) {
      try await client.ping()
    } catch {
      await client.close()
      throw error
    }
    return client
  }

  /// Closes all connections; requests that are under way, and later ones, fail.
  public func close() async {
    for lane in lanes { await lane.close() }
  }

  /// Waits for a sign of life.
  ///
  /// - Throws: ``ClientError``.
  public func ping() async throws(ClientError) {
    let number = UInt64.random(in: .min ... .max)
    let pong: Pong = try await reply(to: Ping(number: number))
    guard pong.number == number else {
      throw .protocolViolation(.protocolViolation("PONG returned another number"))
    }
  }

  /// Returns what the server grants to a connection: the sizes of a request, and how much may be
  /// in flight.
  ///
  /// Requests that exceed the credit wait here until replies return it; one that exceeds the rows
  /// or the bytes of a request fails with ``ClientError/Code/tooLarge``.
  ///
  /// - Throws: ``ClientError``.
  public func grant() async throws(ClientError) -> HelloOK {
    // A connection that is there has been answered; one that is not is made by a sign of life.
    if let limits = await lanes[0].limits() { return limits }
    try await ping()
    guard let limits = await lanes[0].limits() else { throw .connectionLost }
    return limits
  }

  /// Runs `body` on the thread of the connection, the first of them if there are several.
  ///
  /// Requests made there cost no change of thread, which makes a round trip of one row about as
  /// short as the network allows. The thread also serves the connection: `body` must not block or
  /// compute for long.
  ///
  /// - Parameter body: What to run.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func onConnectionThread<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) async rethrows -> Success {
    try await withTaskExecutorPreference(lanes[0].executor) { try await body() }
  }

  /// The lane with the fewest requests under way; of equal ones the first.
  var leastBusyLane: ClientLane {
    var best = lanes[0]
    guard lanes.count > 1 else { return best }
    var fewest = best.pendingCount
    for lane in lanes.dropFirst() where lane.pendingCount < fewest {
      best = lane
      fewest = lane.pendingCount
    }
    return best
  }
}
