extension LoadPlan {
  /// The plan in one line.
  var text: String {
    let arrivals =
      switch arrivals {
      case .closedLoop: "closed loop"
      case .fixed(let rate): "open loop, \(rate.text(0)) requests/s"
      case .poisson(let rate): "open loop, \(rate.text(0)) requests/s at random (seed \(seed))"
      }
    return "\(connections) connections with \(depth) outstanding, \(arrivals),"
      + " \(durationSeconds.text(1)) s after \(warmUpSeconds.text(1)) s, \(waiting.rawValue)"
  }
}

extension LoadResult {
  /// The result of one subject: rate and latency, and in an open loop what they are made of.
  func lines(named name: String, _ plan: LoadPlan, rows: Double) -> [String] {
    let perRow = rows > 1 ? "  \((answersPerSecond * rows).text(0)) rows/s" : ""
    var lines = [
      "\(name): \(answersPerSecond.text(0)) requests/s\(perRow)", "  latency  \(latency.summary)",
    ]
    if plan.arrivals != .closedLoop {
      lines.append("  service  \(serviceTime.summary)")
      lines.append("  send lag \(sendLag.summary)")
    }
    return lines
  }

  /// How many times a floor's latencies and rate these are.
  func ratios(to floor: LoadResult) -> String {
    func ratio(_ percent: Double) -> String {
      let base = floor.latency.nanoseconds(atPercentile: percent)
      guard base > 0 else { return "-" }
      return (Double(latency.nanoseconds(atPercentile: percent)) / Double(base)).text(2)
    }
    let rate =
      floor.answersPerSecond > 0 ? (answersPerSecond / floor.answersPerSecond).text(2) : "-"
    return "p50 \(ratio(50))  p99 \(ratio(99))  p99.9 \(ratio(99.9))  requests/s \(rate)"
  }

  /// What was sent and what became of it.
  var counts: String {
    let codes = errors.sorted { $0.key < $1.key }.map { "code \($0) x \($1)" }
    return "\(sent) sent, \(answered) answered, errors: "
      + (codes.isEmpty ? "none" : codes.joined(separator: ", "))
      + "; \(lost) lost, \(mismatched) mismatched, \(unsent) unsent, \(failedRows) failed rows;"
      + " generator \(processorMicrosecondsPerAnswer.text(2)) us a request"
  }
}

extension Double {
  /// The number with a count of decimals.
  func text(_ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((self * scale).rounded())
    guard decimals > 0 else { return "\(scaled)" }
    let fraction = "\(scaled % Int(scale))"
    return "\(scaled / Int(scale))." + String(repeating: "0", count: decimals - fraction.count)
      + fraction
  }
}
