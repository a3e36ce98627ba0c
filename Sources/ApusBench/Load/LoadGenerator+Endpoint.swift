extension LoadGenerator {
  /// Connects to a server that needs no handshake, and runs a plan.
  ///
  /// - Parameters:
  ///   - plan: A plan without a fault.
  ///   - endpoint: Where the server listens.
  ///   - exchange: What is said on each connection.
  ///   - whenReady: Is called when all connections are made.
  /// - Returns: What came back.
  /// - Throws: ``BenchError`` if the load could not be put on.
  static func run(
    _ plan: LoadPlan, on endpoint: Endpoint, _ exchange: Speech,
    whenReady: () throws(BenchError) -> Void = {}
  ) throws(BenchError) -> LoadResult {
    try Processor.pin(plan.processors.first)
    var connections: [LoadConnection<Speech>] = []
    for _ in 0..<plan.connections {
      let socket = try Socket.connected(to: endpoint)
      connections.append(LoadConnection(socket, exchange, depth: plan.depth, firstRequest: 0))
    }
    var generator = try LoadGenerator(plan, connections)
    try whenReady()
    return generator.run()
  }
}
