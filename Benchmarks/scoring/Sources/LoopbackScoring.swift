internal import ApusBench
internal import ApusClient
internal import ApusData
internal import ApusWire

/// Scoring by a server on this machine, beside a bare echo in the same minute.
struct LoopbackScoring: Sendable {
  /// The server's host.
  let host: String
  /// The server's port.
  let port: UInt16
  /// The model's name.
  let model: String
  /// At least 4096 rows.
  let table: Table
  /// The model's way from columns to features.
  let transform: FeatureTransform

  private var schema: Schema { transform.schema }

  private static let roundTrips = 10_000
  private static let percentiles = [50, 99, 99.9]

  /// Measures all figures.
  func measured() async throws -> [String: Double] {
    var figures: [String: Double] = [:]
    for part in [try floor(), try await single(), try bare()] {
      figures.merge(part) { first, _ in first }
    }
    for (batch, requests) in [(7, 5000), (4096, 60)] {
      figures.merge(try await batches(batch, requests: requests)) { first, _ in first }
    }
    return figures
  }

  private func floor() throws -> [String: Double] {
    let latencies = try EchoFloor.measure(roundTrips: Self.roundTrips)
    return Dictionary(
      uniqueKeysWithValues: Self.percentiles.map { percent in
        let text = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
        return ("loopback/echo p\(text)", Double(latencies.nanoseconds(atPercentile: percent)))
      })
  }

  /// One row in a request, one request at a time, by the Swift client.
  private func single() async throws -> [String: Double] {
    let client = try await Client.connect(host: host, port: Int(port))
    let info = try await client.modelInfo(model)
    let rows = (0..<256).map { row in columns(row..<row + 1) }
    let stopwatch = try await client.onConnectionThread {
      var stopwatch = Stopwatch()
      let clock = ContinuousClock()
      for run in 0..<Self.roundTrips + Self.roundTrips / 10 {
        let start = clock.now
        _ = try await client.score(model: info, columns: rows[run % rows.count])
        if run >= Self.roundTrips / 10 { stopwatch.add(clock.now - start) }
      }
      return stopwatch
    }
    await client.close()
    return stopwatch.figures("loopback/client/columns", Self.percentiles)
  }

  /// The same by a blocking socket and frames that were made before: raw columns, then features.
  private func bare() throws -> [String: Double] {
    let client = try BareClient.connected(to: port)
    let info = try client.modelInfo(model)
    let features = try FeatureEncoder(transform).features(of: table)
    let matrix = features.matrix()
    var figures: [String: Double] = [:]
    for (name, frame) in [
      ("columns", { row in client.request(columns(row..<row + 1), of: info) }),
      (
        "features",
        { row in
          let start = row * features.width
          return client.request(Array(matrix[start..<start + features.width]), of: info)
        }
      ),
    ] as [(String, (Int) -> [UInt8])] {
      let frames = (0..<256).map(frame)
      var stopwatch = Stopwatch()
      try stopwatch.measure(Self.roundTrips) { run in
        try client.roundTrip(frames[run % frames.count])
      }
      figures.merge(stopwatch.figures("loopback/bare/\(name)", Self.percentiles)) { $1 }
    }
    return figures
  }

  /// Many requests in flight; the figure is the time of one row.
  private func batches(_ size: Int, requests: Int) async throws -> [String: Double] {
    let client = try await Client.connect(host: host, port: Int(port))
    let info = try await client.modelInfo(model)
    let batch = columns(0..<size)
    let clock = ContinuousClock()
    func run(_ count: Int) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for request in 0..<count {
          if request >= 8 { try await group.next() }
          group.addTask { _ = try await client.score(model: info, columns: batch) }
        }
        try await group.waitForAll()
      }
    }
    try await run(requests / 10)
    let start = clock.now
    try await run(requests)
    let time = clock.now - start
    await client.close()
    return ["loopback/batch/\(size)": time / .nanoseconds(1) / Double(size * requests)]
  }

  private func columns(_ rows: Range<Int>) -> [RawColumn] {
    schema.columns.compactMap { required in
      table.column(named: required.name).map { column in
        switch required.kind {
        case .boolean: .booleans(rows.map { row in column.number(at: row).map { $0 != 0 } })
        case .integer, .real, .timestamp: .numbers(rows.map { row in column.number(at: row) })
        case .category, .text: .categories(rows.map { row in column.string(at: row) })
        }
      }
    }
  }
}
