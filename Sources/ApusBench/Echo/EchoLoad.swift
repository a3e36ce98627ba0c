/// The floor under a server: the same load on a server that only sends bytes back.
public enum EchoLoad {
  /// Puts a load on an echo server.
  ///
  /// - Parameters:
  ///   - plan: A plan without a fault.
  ///   - endpoint: Where an ``EchoServer`` of the same lengths listens.
  ///   - requestLength: The bytes of a message, at least 24.
  ///   - replyLength: How many of them come back, at least 24 and at most the message's.
  ///   - whenReady: Is called when all connections are made.
  /// - Returns: What came back.
  /// - Throws: ``BenchError``.
  public static func run(
    _ plan: LoadPlan, on endpoint: Endpoint, requestLength: Int, replyLength: Int,
    whenReady: () throws(BenchError) -> Void = {}
  ) throws(BenchError) -> LoadResult {
    let message = [UInt8](repeating: 0x5A, count: requestLength)
    return try LoadGenerator.run(
      plan, on: endpoint, EchoExchange(message: message, replyLength: replyLength),
      whenReady: whenReady)
  }
}
