/// Another server that is measured in the same way, so that its figures can be compared with ours.
public struct PeerUnderLoad: Sendable {
  /// What the peer speaks.
  public enum Speech: Hashable, Sendable {
    /// Messages of one length; the reply has so many bytes and carries bytes 16 to 23 back.
    case fixed(replyLength: Int)
    /// HTTP/1.1.
    case http
    /// A line for a line.
    case lines
    /// Unary calls of a method of gRPC.
    case grpc(path: String)
  }

  /// Where the peer listens.
  public let endpoint: Endpoint
  /// What it speaks.
  public let speech: Speech
  /// The request: a message, an HTTP request with its head, a line, or a message of gRPC.
  public let request: [UInt8]

  /// Creates a measurement.
  ///
  /// - Parameters:
  ///   - endpoint: Where the peer listens.
  ///   - speech: What it speaks.
  ///   - request: The request that is sent again and again.
  public init(_ endpoint: Endpoint, speech: Speech, request: [UInt8]) {
    self.endpoint = endpoint
    self.speech = speech
    self.request = request
  }

  /// Puts a load on the peer.
  ///
  /// - Parameter plan: A plan without a fault; its depth is 1, but for messages of one length.
  /// - Returns: What came back.
  /// - Throws: ``BenchError`` if the load could not be put on.
  public func run(_ plan: LoadPlan) throws(BenchError) -> LoadResult {
    switch speech {
    case .fixed(let replyLength):
      guard EchoExchange.shortestLength <= min(replyLength, request.count) else {
        throw BenchError(
          .badFile,
          "a request of \(request.count) bytes and a reply of \(replyLength) hold no"
            + " number at byte 16; use at least \(EchoExchange.shortestLength)")
      }
      return try run(plan, EchoExchange(message: request, replyLength: replyLength))
    case .http: return try run(plan, HTTPExchange(request: request))
    case .lines: return try run(plan, LineExchange(request: request))
    case .grpc(let path): return try run(plan, GRPCExchange(path: path, message: request))
    }
  }

  private func run(
    _ plan: LoadPlan, _ exchange: some Exchange
  ) throws(BenchError) -> LoadResult {
    try LoadGenerator.run(plan, on: endpoint, exchange)
  }
}
