internal import ApusServing
internal import ApusWire
internal import ArgumentParser
internal import NIOCore

/// How much a server takes, of whom, and for how long.
struct ServeLimitOptions: ParsableArguments {
  private static let standard = ServerConfiguration()

  @Option(help: "The connections at one time.")
  var connections = standard.connectionLimit

  @Option(help: "The connections of one peer at one time.")
  var connectionsPerPeer = standard.connectionLimitPerPeer

  @Option(help: "The largest body of a frame, in bytes.")
  var bodyBytes = standard.bodyLength

  @Option(help: "The most rows in a request.")
  var rowsPerRequest = standard.rowsPerRequest

  @Option(help: "The requests that one connection may have in flight.")
  var requestsInFlight = standard.credit.requests

  @Option(help: "The requests that may wait, of all connections.")
  var waitingRequests = standard.waitingRequestLimit

  @Option(help: "The rows that may wait, of all connections.")
  var waitingRows = standard.waitingRowLimit

  @Option(help: "The budget of a request that names none, in milliseconds.")
  var budgetMilliseconds = Int(standard.defaultBudget.nanoseconds / 1_000_000)

  @Option(help: "How long a client may take to introduce itself, in milliseconds.")
  var helloMilliseconds = Int(standard.helloTimeout.nanoseconds / 1_000_000)

  @Option(help: "How long a frame may take to come in, in milliseconds.")
  var frameMilliseconds = Int(standard.frameTimeout.nanoseconds / 1_000_000)

  @Option(help: "How long replies may wait for a client that does not read, in milliseconds.")
  var writeMilliseconds = Int(standard.writeTimeout.nanoseconds / 1_000_000)

  @Option(help: "How long a silent connection is left alone, in milliseconds; 0 for ever.")
  var keepaliveMilliseconds = Int((standard.keepaliveInterval?.nanoseconds ?? 0) / 1_000_000)

  @Option(help: "How long a drain may take, in milliseconds.")
  var drainMilliseconds = Int(standard.drainTimeout.nanoseconds / 1_000_000)

  func validate() throws {
    try require(connections, in: 1...1_000_000, "--connections")
    try require(connectionsPerPeer, in: 1...1_000_000, "--connections-per-peer")
    try require(
      bodyBytes, in: WireLimits.handshakeBodyLength...WireLimits.hardBodyLength, "--body-bytes")
    try require(rowsPerRequest, in: 1...1_000_000, "--rows-per-request")
    try require(requestsInFlight, in: 1...1_000_000, "--requests-in-flight")
    try require(waitingRequests, in: 1...10_000_000, "--waiting-requests")
    try require(waitingRows, in: 1...1_000_000_000, "--waiting-rows")
    try require(budgetMilliseconds, in: 1...3_600_000, "--budget-milliseconds")
    try require(helloMilliseconds, in: 1...3_600_000, "--hello-milliseconds")
    try require(frameMilliseconds, in: 1...3_600_000, "--frame-milliseconds")
    try require(writeMilliseconds, in: 1...3_600_000, "--write-milliseconds")
    try require(keepaliveMilliseconds, in: 0...86_400_000, "--keepalive-milliseconds")
    try require(drainMilliseconds, in: 0...3_600_000, "--drain-milliseconds")
  }

  /// Puts the limits into a configuration.
  func apply(to configuration: inout ServerConfiguration) {
    configuration.connectionLimit = connections
    configuration.connectionLimitPerPeer = connectionsPerPeer
    configuration.bodyLength = bodyBytes
    configuration.rowsPerRequest = rowsPerRequest
    configuration.credit.requests = requestsInFlight
    configuration.waitingRequestLimit = waitingRequests
    configuration.waitingRowLimit = waitingRows
    configuration.defaultBudget = .milliseconds(Int64(budgetMilliseconds))
    configuration.maximumBudget = max(
      configuration.maximumBudget, configuration.defaultBudget)
    configuration.helloTimeout = .milliseconds(Int64(helloMilliseconds))
    configuration.frameTimeout = .milliseconds(Int64(frameMilliseconds))
    configuration.writeTimeout = .milliseconds(Int64(writeMilliseconds))
    configuration.keepaliveInterval =
      keepaliveMilliseconds == 0 ? nil : .milliseconds(Int64(keepaliveMilliseconds))
    configuration.drainTimeout = .milliseconds(Int64(drainMilliseconds))
  }
}
