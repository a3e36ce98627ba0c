public import ApusWire
public import NIOCore

/// Everything that a server is told once, when it starts.
public struct ServerConfiguration: Sendable {
  /// The address to listen on; only this machine by default.
  public var host: String

  /// The port to listen on; 0 takes a free one.
  public var port: Int

  /// The path of a socket in the file system to listen on as well.
  public var unixPath: String?

  /// Where to listen for frames that change the server, if at all.
  public var administration: (host: String, port: Int)?

  /// Where to listen for clients that speak TLS, if at all.
  public var tls: (host: String, port: Int)?

  /// The threads that read, write and score small requests.
  public var eventLoopThreads: Int = 2

  /// The processors that the event loops stay on, in turn; empty leaves that to the system.
  public var processors: [Int] = []

  /// What is paid for the time that an idle processor takes to wake up.
  public var latencyMode = LatencyMode.normal

  /// The threads that score large requests.
  public var scoringThreads: Int = 2

  /// Requests of up to this many rows may be scored by the thread that read them.
  public var inlineRowLimit: Int = 1024

  /// The predicted time up to which a request is scored by the thread that read it.
  ///
  /// That is about what handing it to another thread and back costs. Requests for a model on
  /// another device are always handed over.
  public var inlineNanoseconds: Int = 50_000

  /// The rows that scoring threads compute together at most.
  public var batchRowLimit: Int = 4096

  /// The large requests, of all connections, that may wait for a scoring thread.
  public var waitingRequestLimit: Int = 4096

  /// The rows of all requests that wait for a scoring thread.
  public var waitingRowLimit: Int = 1 << 20

  /// The bytes of all requests that wait for a scoring thread.
  public var waitingByteLimit: Int = 256 << 20

  /// The connections at one time.
  public var connectionLimit: Int = 10_000

  /// The connections of one peer address at one time.
  public var connectionLimitPerPeer: Int = 10_000

  /// How long a silent connection is left alone before it is asked for a sign of life.
  ///
  /// `nil` leaves it alone for ever; only clients that agreed to it are asked.
  public var keepaliveInterval: TimeAmount? = .seconds(30)

  /// The environment of the server.
  ///
  /// A client and a server of different environments refuse each other; 0 goes with any.
  public var environment: UInt64 = 0

  /// The name that HELLO_OK tells, at most 64 bytes.
  public var serverName: String = "apus"

  /// The version that HELLO_OK tells, at most 64 bytes.
  public var serverVersion: String = "1"

  /// The largest body, in bytes.
  public var bodyLength: Int = WireLimits.defaultBodyLength

  /// The most rows in one request.
  public var rowsPerRequest: Int = WireLimits.defaultRowsPerRequest

  /// How much one connection may have in flight.
  public var credit = Credit(
    requests: WireLimits.defaultRequestCredit,
    rows: WireLimits.defaultRowCredit,
    bytes: WireLimits.defaultByteCredit
  )

  /// The budget of a request that names none.
  public var defaultBudget: TimeAmount = .seconds(1)

  /// The largest budget.
  public var maximumBudget: TimeAmount = .seconds(60)

  /// How long a new connection may take to send HELLO.
  public var helloTimeout: TimeAmount = .seconds(2)

  /// How long a frame may take from its first byte to its last.
  public var frameTimeout: TimeAmount = .seconds(10)

  /// How long replies may exceed `outboundLimit`, and how long the last ones may take, before the
  /// connection is closed.
  public var writeTimeout: TimeAmount = .seconds(10)

  /// How long input is discarded after a connection error, so that the peer sees the ERROR.
  public var lingerTimeout: TimeAmount = .seconds(1)

  /// How long a drain may take before connections are closed with requests in flight.
  public var drainTimeout: TimeAmount = .seconds(5)

  /// How long a draining connection with nothing in flight is still listened to.
  public var drainQuietTime: TimeAmount = .milliseconds(250)

  /// The unsent bytes of one connection at which the server stops reading from it.
  public var outboundLimit: Int = 1 << 20

  /// Creates the configuration of a server with default limits.
  ///
  /// - Parameters:
  ///   - host: The address to listen on.
  ///   - port: The port to listen on; 0 takes a free one.
  public init(host: String = "127.0.0.1", port: Int = 0) {
    self.host = host
    self.port = port
  }
}
