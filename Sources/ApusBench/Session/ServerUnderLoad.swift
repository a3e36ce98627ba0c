public import ApusWire

/// A server that is to be measured.
public struct ServerUnderLoad: Sendable {
  /// Where it listens.
  public let endpoint: Endpoint

  /// Creates a measurement of the server that listens at an endpoint.
  public init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  /// Asks for the description of a model.
  ///
  /// - Parameter name: Its name; `nil` for the only one.
  /// - Returns: The description.
  /// - Throws: ``BenchError``.
  public func modelInfo(_ name: String?) throws(BenchError) -> ModelInfo {
    var channel = try FrameChannel(endpoint)
    _ = try channel.greet()
    if let name { return try channel.reply(to: ModelInfoRequest(name: name), as: ModelInfo.self) }
    let names = try channel.reply(to: ModelListRequest(), as: ModelList.self).entries.map(\.name)
    guard let first = names.first, Set(names).count == 1 else {
      throw BenchError(
        .refused,
        "\(endpoint) serves \(Set(names).count) models; name one with --model: "
          + Set(names).sorted().prefix(8).joined(separator: ", "))
    }
    return try channel.reply(to: ModelInfoRequest(name: first), as: ModelInfo.self)
  }

  /// Puts a load on the server.
  ///
  /// - Parameters:
  ///   - plan: A plan without a fault.
  ///   - requests: What is sent, in turn.
  ///   - checksScores: Whether each request must get the scores that it got first.
  ///   - whenReady: Is called when all connections are made.
  /// - Returns: What came back.
  /// - Throws: ``BenchError`` if the load could not be put on.
  public func run(
    _ plan: LoadPlan, _ requests: RequestSet, checksScores: Bool = false,
    whenReady: () throws(BenchError) -> Void = {}
  ) throws(BenchError) -> LoadResult {
    try Processor.pin(plan.processors.first)
    let expected = checksScores ? ExpectedScores(requestCount: requests.frames.count) : nil
    var connections: [LoadConnection<FrameExchange>] = []
    for number in 0..<plan.connections {
      var channel = try FrameChannel(endpoint)
      let limits = try channel.greet(depth: plan.depth, features: requests.features)
      try verify(plan, requests, against: limits)
      let exchange = FrameExchange(
        requests.frames, expected: expected, maximumBodyLength: Int(limits.bodyLength),
        features: requests.features)
      // Connections begin at different requests, so that no two send the same at once.
      connections.append(
        LoadConnection(channel.finish(), exchange, depth: plan.depth, firstRequest: 17 * number))
    }
    var generator = try LoadGenerator(plan, connections)
    try whenReady()
    return generator.run()
  }

  /// Refuses a plan that the server would answer by closing.
  private func verify(
    _ plan: LoadPlan, _ requests: RequestSet, against limits: HelloOK
  ) throws(BenchError) {
    let wanted = [
      ("requests in flight", plan.depth, limits.credit.requests),
      ("rows in flight", plan.depth * requests.rowCount, limits.credit.rows),
      ("bytes in flight", plan.depth * requests.requestLength, limits.credit.bytes),
      ("rows in a request", requests.rowCount, Int(limits.rowsPerRequest)),
      (
        "bytes in a request", requests.requestLength - WireLimits.headerLength,
        Int(limits.bodyLength)
      ),
    ]
    for (what, count, limit) in wanted where count > limit {
      throw BenchError(
        .refused,
        "the plan has \(count) \(what) on a connection, and \(endpoint) grants \(limit);"
          + " use less depth or fewer rows")
    }
  }
}
