internal import ApusBench

/// Times one thing again and again.
struct Stopwatch {
  private(set) var latencies = LatencyRecorder()
  private var total: Duration = .zero

  /// Runs `body` some times unmeasured and then measured.
  ///
  /// - Parameters:
  ///   - times: How often it is measured.
  ///   - body: What is measured; it is given the number of the run.
  /// - Throws: What `body` throws.
  mutating func measure(_ times: Int, _ body: (Int) throws -> Void) rethrows {
    for run in 0..<times / 10 { try body(run) }
    let clock = ContinuousClock()
    for run in 0..<times {
      let start = clock.now
      try body(run)
      add(clock.now - start)
    }
  }

  /// Adds the time of one run.
  mutating func add(_ time: Duration) {
    latencies.record(nanoseconds: UInt64(time / .nanoseconds(1)))
    total += time
  }

  /// The nanoseconds of one run, by percentile.
  ///
  /// - Parameters:
  ///   - name: What was measured.
  ///   - percentiles: Which of them.
  /// - Returns: A figure for each.
  func figures(_ name: String, _ percentiles: [Double] = [50, 99]) -> [String: Double] {
    Dictionary(
      uniqueKeysWithValues: percentiles.map { percent in
        let text = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
        return ("\(name) p\(text)", Double(latencies.nanoseconds(atPercentile: percent)))
      })
  }
}
