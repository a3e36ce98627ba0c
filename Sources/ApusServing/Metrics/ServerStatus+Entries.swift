extension ServerStatus {
  /// The status as numbers by key, in ascending order of the keys.
  ///
  /// Keys are paths of words and dots, such as `model.visits.3.latency.p99_us`; times are in
  /// microseconds unless the key says otherwise. Readiness is 1, or 0.5 if degraded, or 0.
  ///
  /// - Returns: The entries.
  public func entries() -> [(String, Double)] {
    var entries: [(String, Double)] = [
      ("uptime_seconds", uptimeSeconds),
      ("ready", readiness == .ready ? 1 : readiness == .degraded ? 0.5 : 0),
      ("waiting.requests", Double(waitingRequests)),
      ("waiting.rows", Double(waitingRows)),
      ("process.resident_bytes", Double(process.residentBytes)),
      ("process.resident_peak_bytes", Double(process.residentPeakBytes)),
      ("process.descriptors", Double(process.descriptors)),
      ("process.threads", Double(process.threads)),
      ("process.cpu_seconds", process.cpuSeconds),
    ]
    entries += Self.entries(of: server)
    for device in devices {
      entries.append(("device.\(device.selector).healthy", device.isHealthy ? 1 : 0))
    }
    for model in models {
      entries.append(("model.\(model.name).canary_percent", model.canaryPercent))
      for version in model.versions {
        entries += Self.entries(of: version, prefix: "model.\(model.name).\(version.version).")
      }
    }
    return entries.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
  }

  private static func entries(of server: ServerMetrics.Snapshot) -> [(String, Double)] {
    var entries: [(String, Double)] = [
      ("connections.open", Double(server.connectionsOpen)),
      ("connections.opened", Double(server.connectionsOpened)),
      ("authentication_failures", Double(server.authenticationFailures)),
      ("protocol_errors", Double(server.protocolErrors)),
      ("frames.in", Double(server.framesIn)),
      ("frames.out", Double(server.framesOut)),
      ("bytes.in", Double(server.bytesIn)),
      ("bytes.out", Double(server.bytesOut)),
      ("swap.failures", Double(server.swapFailures)),
    ]
    entries += server.connectionsRefused.map { ("connections.refused.\($0.key)", Double($0.value)) }
    return entries + Self.entries(of: server.swaps, prefix: "swap.")
  }

  private static func entries(of version: Version, prefix: String) -> [(String, Double)] {
    let metrics = version.metrics
    var entries: [(String, Double)] = [
      ("rows", Double(metrics.rows)),
      ("fallbacks", Double(metrics.fallbacks)),
      ("shadow.rows", Double(metrics.shadowRows)),
      ("shadow.mismatches", Double(metrics.shadowMismatches)),
      ("batch.mean_rows", metrics.batches.meanRows),
    ]
    entries += metrics.refusals.map { ("refused.\($0.key)", Double($0.value)) }
    entries += metrics.deadlineMisses.map { ("deadline_missed.\($0.key)", Double($0.value)) }
    entries += Self.entries(of: metrics.latency, prefix: "latency.")
    entries += Self.entries(of: metrics.queue, prefix: "queue.")
    entries += Self.entries(of: metrics.compute, prefix: "compute.")
    return entries.map { (prefix + $0.0, $0.1) }
  }

  private static func entries(
    of latency: LatencySnapshot, prefix: String
  ) -> [(String, Double)] {
    var entries: [(String, Double)] = [
      ("\(prefix)count", Double(latency.count)),
      ("\(prefix)mean_us", latency.meanNanoseconds / 1000),
      ("\(prefix)max_us", Double(latency.maximumNanoseconds) / 1000),
    ]
    for (name, share) in LatencySnapshot.reportedQuantiles {
      entries.append(("\(prefix)\(name)_us", Double(latency.quantile(share)) / 1000))
    }
    return entries
  }
}
