import ApusBench
import ApusClient
import ApusWire

/// Scores rows over the wire, one by one and in batches, and measures both.
struct WireScoring: Sendable {
  /// What came back, and how long it took.
  struct Result: Sendable {
    /// The scores, row after row.
    let scores: [Float]
    /// The time of each round trip.
    let latencies: LatencyRecorder
    /// The time of all of them.
    let seconds: Double
  }

  /// The client.
  let client: Client
  /// The model, as the server describes it.
  let model: ModelInfo
  /// The rows.
  let rows: RawColumns

  /// Scores rows in a closed loop: each request waits for the reply to the one before.
  ///
  /// - Parameters:
  ///   - batchSize: The rows of a request.
  ///   - limit: The most rows to score, from the first on.
  ///   - warmUp: The requests that go before and are not measured.
  /// - Returns: Scores and times.
  /// - Throws: `ClientError`.
  func run(batchSize: Int, limit: Int = .max, warmUp: Int) async throws -> Result {
    let count = min(limit, rows.rowCount)
    let requests = stride(from: 0, to: count, by: batchSize).map { start in
      rows[start..<min(start + batchSize, count)]
    }
    return try await client.onConnectionThread {
      for columns in (0..<warmUp).map({ requests[$0 % requests.count] }) {
        _ = try await client.score(model: model, columns: columns)
      }
      var scores: [Float] = []
      var latencies = LatencyRecorder()
      let clock = ContinuousClock()
      let start = clock.now
      var last = start
      for columns in requests {
        scores += try await client.score(model: model, columns: columns).scores
        let now = clock.now
        latencies.record(nanoseconds: UInt64((now - last) / .nanoseconds(1)))
        last = now
      }
      return Result(
        scores: scores, latencies: latencies, seconds: (last - start) / .seconds(1))
    }
  }
}
