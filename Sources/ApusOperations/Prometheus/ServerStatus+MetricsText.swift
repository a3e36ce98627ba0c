import ApusServing

extension ServerStatus {
  /// The status as a page for Prometheus.
  ///
  /// Quantiles are of the time since the start; those of any other time come from the histograms.
  var metricsText: String {
    var page = MetricsText()
    addServer(to: &page)
    addProcess(to: &page)
    addVersions(to: &page)
    return page.text
  }

  private func addServer(to page: inout MetricsText) {
    page.begin("apus_info", .gauge, "The name and version of the server.")
    page.add(1, [("name", name), ("version", version)])
    page.begin("apus_ready", .gauge, "1 if ready, 0.5 if degraded, 0 else.")
    page.add(readiness == .ready ? 1 : readiness == .degraded ? 0.5 : 0)
    page.begin("apus_uptime_seconds", .gauge, "How long the server has run.")
    page.add(uptimeSeconds)
    page.begin("apus_connections", .gauge, "Open connections.")
    page.add(Double(server.connectionsOpen))
    page.begin("apus_connections_total", .counter, "Accepted connections.")
    page.add(Double(server.connectionsOpened))
    page.begin("apus_connections_refused_total", .counter, "Connections not served, by reason.")
    for (reason, count) in server.connectionsRefused.sorted(by: { $0.key < $1.key }) {
      page.add(Double(count), [("reason", reason)])
    }
    page.begin("apus_authentication_failures_total", .counter, "Wrong proofs of identity.")
    page.add(Double(server.authenticationFailures))
    page.begin("apus_protocol_errors_total", .counter, "Frames that broke the protocol.")
    page.add(Double(server.protocolErrors))
    page.begin("apus_frames_total", .counter, "Whole frames.")
    page.add(Double(server.framesIn), [("direction", "in")])
    page.add(Double(server.framesOut), [("direction", "out")])
    page.begin("apus_bytes_total", .counter, "Bytes of frames.")
    page.add(Double(server.bytesIn), [("direction", "in")])
    page.add(Double(server.bytesOut), [("direction", "out")])
    page.begin("apus_waiting_requests", .gauge, "Requests that wait for their turn.")
    page.add(Double(waitingRequests))
    page.begin("apus_waiting_rows", .gauge, "Rows of the requests that wait.")
    page.add(Double(waitingRows))
    page.begin("apus_swap_duration_seconds", .histogram, "Changes of a serving version, from load.")
    page.add(histogram: server.swaps, [])
    page.begin("apus_swap_failures_total", .counter, "Versions that were refused.")
    page.add(Double(server.swapFailures))
    page.begin("apus_device_healthy", .gauge, "1 if the device works, 0 if the CPU stands in.")
    for device in devices { page.add(device.isHealthy ? 1 : 0, [("device", device.selector)]) }
  }

  private func addProcess(to page: inout MetricsText) {
    page.begin("process_resident_memory_bytes", .gauge, "Resident memory.")
    page.add(Double(process.residentBytes))
    page.begin("process_open_fds", .gauge, "Open file descriptors.")
    page.add(Double(process.descriptors))
    page.begin("process_max_fds", .gauge, "File descriptors that may be open.")
    page.add(Double(process.descriptorLimit))
    page.begin("process_threads", .gauge, "Threads.")
    page.add(Double(process.threads))
    page.begin("process_cpu_seconds_total", .counter, "Processor time of all threads.")
    page.add(process.cpuSeconds)
  }

  private func addVersions(to page: inout MetricsText) {
    page.begin("apus_version_info", .gauge, "The versions that are loaded.")
    forEachVersion { model, version in
      page.add(
        1, labels(model, version) + [("device", version.device), ("state", version.state)])
    }
    page.begin("apus_version_percent", .gauge, "The share of requests by name that it answers.")
    forEachVersion { model, version in
      page.add(model.percent(of: version), labels(model, version))
    }
    addLatencies(to: &page)
    page.begin("apus_batch_rows", .histogram, "Rows in a computed batch.")
    forEachVersion { page.add(sizes: $1.metrics.batches, labels($0, $1)) }
    page.begin("apus_rows_total", .counter, "Rows of answered requests.")
    forEachVersion { page.add(Double($1.metrics.rows), labels($0, $1)) }
    page.begin("apus_refusals_total", .counter, "Requests answered with an error, by its code.")
    forEachVersion { model, version in
      for (code, count) in version.metrics.refusals.sorted(by: { $0.key < $1.key }) {
        page.add(Double(count), labels(model, version) + [("code", code)])
      }
    }
    page.begin("apus_deadline_misses_total", .counter, "Requests out of budget, by stage.")
    forEachVersion { model, version in
      for (stage, count) in version.metrics.deadlineMisses.sorted(by: { $0.key < $1.key }) {
        page.add(Double(count), labels(model, version) + [("stage", stage)])
      }
    }
    page.begin("apus_fallbacks_total", .counter, "Batches that another device had to compute.")
    forEachVersion { page.add(Double($1.metrics.fallbacks), labels($0, $1)) }
    page.begin("apus_shadow_rows_total", .counter, "Rows scored in the shadow of another version.")
    forEachVersion { page.add(Double($1.metrics.shadowRows), labels($0, $1)) }
    page.begin("apus_shadow_mismatches_total", .counter, "Those that differ too much.")
    forEachVersion { page.add(Double($1.metrics.shadowMismatches), labels($0, $1)) }
  }

  private func addLatencies(to page: inout MetricsText) {
    let families: [(String, String, KeyPath<VersionMetrics.Snapshot, LatencySnapshot>)] = [
      ("request", "Answered requests, from their last byte to their reply", \.latency),
      ("queue", "Answered requests, the time that they waited", \.queue),
      ("compute", "Batches, the time that the device took", \.compute),
    ]
    for (name, help, path) in families {
      page.begin("apus_\(name)_duration_seconds", .histogram, "\(help).")
      forEachVersion { page.add(histogram: $1.metrics[keyPath: path], labels($0, $1)) }
      page.begin("apus_\(name)_duration_quantiles_seconds", .summary, "\(help), since the start.")
      forEachVersion { page.add(summary: $1.metrics[keyPath: path], labels($0, $1)) }
    }
  }

  private func forEachVersion(_ body: (Model, Version) -> Void) {
    for model in models {
      for version in model.versions { body(model, version) }
    }
  }

  private func labels(_ model: Model, _ version: Version) -> MetricsText.Labels {
    [("model", model.name), ("version", version.version)]
  }
}

extension ServerStatus.Model {
  /// The share of the requests that name the model and no version that a version answers.
  fileprivate func percent(of version: ServerStatus.Version) -> Double {
    if version.version == canary { return canaryPercent }
    guard version.version == stable else { return 0 }
    return canary == nil ? 100 : 100 - canaryPercent
  }
}
