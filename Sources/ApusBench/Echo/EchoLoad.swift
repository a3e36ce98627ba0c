/// The floor under a server: the same load on a server that only sends bytes back.
public enum EchoLoad {
  /// Puts a load on an echo server.
  ///
  /// - Parameters:
  ///   - plan: A plan without a fault.
  ///   - endpoint: Where an ``EchoServer`` of the same lengths listens.
  ///   - requestLength: The bytes of a message, at least 24.
  ///   - replyLength: How many of them come back, at least 24 and at most the message's.
  /// - Returns: What came back.
  /// - Throws: ``BenchError``.
  public static func run(
    _ plan: LoadPlan, on endpoint: Endpoint, requestLength: Int, replyLength: Int
  ) throws(BenchError) -> LoadResult {
    try Processor.pin(plan.processor)
    let exchange = EchoExchange(requestLength: requestLength, replyLength: replyLength)
    var connections: [LoadConnection<EchoExchange>] = []
    for _ in 0..<plan.connections {
      let socket = try Socket.connected(to: endpoint)
      connections.append(LoadConnection(socket, exchange, depth: plan.depth, firstRequest: 0))
    }
    var generator = try LoadGenerator(plan, connections)
    return generator.run()
  }
}
