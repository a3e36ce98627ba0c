internal import ApusBench
internal import ApusWire

/// One load on one server, as one process puts it on.
struct BenchJob: Codable {
  /// What a request of a job holds.
  enum Content: Codable {
    /// Scores of rows.
    case scores(BenchRows)
    /// Nothing: a sign of life is asked for.
    case ping
    /// So many bytes, of which a bare echo sends some back.
    case echo(requestLength: Int, replyLength: Int)
  }

  /// How much load, and for how long.
  let plan: LoadPlan
  /// The server.
  let endpoint: Endpoint
  /// What is sent.
  let content: Content

  /// Puts the load on from this process.
  ///
  /// - Parameter whenReady: Is called when all connections are made.
  /// - Returns: What came back.
  /// - Throws: An error of the generator, or of the rows.
  func run(whenReady: () throws(BenchError) -> Void = {}) throws -> LoadResult {
    let server = ServerUnderLoad(endpoint)
    switch content {
    case .ping: return try server.run(plan, .ping, whenReady: whenReady)
    case .echo(let requestLength, let replyLength):
      return try EchoLoad.run(
        plan, on: endpoint, requestLength: requestLength, replyLength: replyLength,
        whenReady: whenReady)
    case .scores(let rows):
      let requests = try rows.requests(for: server.modelInfo(rows.model), seed: plan.seed)
      return try server.run(
        plan, requests, checksScores: rows.areChecked, whenReady: whenReady)
    }
  }

  /// Puts the load on from several processes.
  ///
  /// - Parameter processes: How many.
  /// - Returns: What came back.
  /// - Throws: An error of the generator, or of the rows.
  func run(processes: Int) throws -> LoadResult {
    guard processes > 1 else { return try run() }
    let jobs = (0..<processes).map { index in
      BenchJob(plan: plan.share(index, of: processes), endpoint: endpoint, content: content)
    }
    return try ParallelLoad.run(jobs, command: ["bench", "worker"])
  }
}
