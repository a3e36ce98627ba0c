internal import ApusBench
internal import ApusClient
internal import ApusWire

/// Scores rows over the wire in a closed loop: each request waits for the reply to the one before.
struct WireScoring: Sendable {
  /// The score of each row.
  let scores: [Float]
  /// The time of each round trip.
  let latencies: LatencyRecorder

  /// Sends one row at a time.
  ///
  /// - Parameters:
  ///   - client: Where to send them.
  ///   - model: The model, as the server describes it.
  ///   - columns: The rows.
  ///   - limit: The most rows to send, from the first on.
  ///   - warmUp: The requests that go before and are not measured.
  /// - Throws: `ClientError`.
  init(
    _ client: Client, _ model: ModelInfo, _ columns: RemoteColumns, limit: Int, warmUp: Int
  ) async throws {
    let rows = try (0..<min(limit, columns.rowCount)).map { row in
      try columns.columns(row..<row + 1)
    }
    (scores, latencies) = try await client.onConnectionThread {
      for request in 0..<warmUp {
        _ = try await client.score(model: model, columns: rows[request % rows.count])
      }
      var scores: [Float] = []
      var latencies = LatencyRecorder()
      let clock = ContinuousClock()
      var last = clock.now
      for row in rows {
        scores += try await client.score(model: model, columns: row).scores
        let now = clock.now
        latencies.record(nanoseconds: UInt64((now - last) / .nanoseconds(1)))
        last = now
      }
      return (scores, latencies)
    }
  }
}
