import ApusServing
import ApusWire
import Foundation
import Testing

@Suite struct MetricsTests {
  @Test func aVersionCountsWhatHappensToIt() {
    let metrics = VersionMetrics()
    metrics.recordBatch(rows: 12, computeNanoseconds: 3000)
    metrics.recordAnswer(rows: 4, queueNanoseconds: 500, totalNanoseconds: 40_000)
    metrics.recordAnswer(rows: 8, queueNanoseconds: 700, totalNanoseconds: 60_000)
    metrics.recordRefusal(.badInput)
    metrics.recordRefusal(WireError.Code(rawValue: 999))
    metrics.recordDeadlineMiss(stage: .queue)
    metrics.recordDeadlineMiss(stage: .queue)
    metrics.recordDeadlineMiss(stage: .compute)
    metrics.recordFallback()
    metrics.recordShadow(rows: 100, mismatches: 2)

    let snapshot = metrics.snapshot()
    #expect(snapshot.answers == 2 && snapshot.rows == 12)
    #expect(snapshot.batches.count == 1 && snapshot.batches.meanRows == 12)
    #expect(snapshot.compute.sumNanoseconds == 3000)
    #expect(snapshot.queue.sumNanoseconds == 1200)
    #expect(snapshot.latency.sumNanoseconds == 100_000)
    #expect(snapshot.refusals == ["bad_input": 1, "other": 1, "deadline": 3])
    #expect(snapshot.deadlineMisses == ["admission": 0, "queue": 2, "compute": 1])
    #expect(snapshot.fallbacks == 1)
    #expect(snapshot.shadowRows == 100 && snapshot.shadowMismatches == 2)
  }

  @Test func aServerCountsWhatHappensToIt() {
    let metrics = ServerMetrics()
    for _ in 0..<3 { metrics.recordConnectionOpened() }
    metrics.recordConnectionClosed()
    metrics.recordConnectionRefused(.peerLimit)
    metrics.recordAuthenticationFailure()
    metrics.recordProtocolError()
    metrics.recordInput(frames: 2, bytes: 100)
    metrics.recordOutput(frames: 1, bytes: 50)
    metrics.recordSwap(nanoseconds: 4_000_000)
    metrics.recordSwapFailure()

    let snapshot = metrics.snapshot()
    #expect(snapshot.connectionsOpen == 2 && snapshot.connectionsClosed == 1)
    #expect(snapshot.connectionsRefused.filter { $0.value > 0 } == ["peer_limit": 1])
    #expect(snapshot.connectionsRefused.count == ServerMetrics.ConnectionRefusal.allCases.count)
    #expect(snapshot.authenticationFailures == 1 && snapshot.protocolErrors == 1)
    #expect(snapshot.framesIn == 2 && snapshot.bytesIn == 100)
    #expect(snapshot.framesOut == 1 && snapshot.bytesOut == 50)
    #expect(snapshot.swaps.count == 1 && snapshot.swapFailures == 1)
  }

  @Test func everyCodeOfTheProtocolHasItsOwnLabel() {
    let labels = (1...19).map { WireError.Code(rawValue: $0).label }
    #expect(Set(labels).count == 19 && !labels.contains("other"))
    #expect(labels.allSatisfy { $0.wholeMatch(of: /[a-z_]+/) != nil })
  }

  @Test func theProcessTellsItsOwnFigures() throws {
    let before = ProcessStatus.current()
    let files = try (0..<300).map { _ in try #require(FileHandle(forReadingAtPath: "/dev/null")) }
    let after = ProcessStatus.current()
    #expect(after.descriptors >= before.descriptors + 150, "other tests open and close files too")
    #expect(files.count == 300 && after.descriptorLimit > after.descriptors)
    #expect(after.residentBytes > 1 << 20 && after.residentPeakBytes >= after.residentBytes)
    #expect(after.threads >= 1 && after.cpuSeconds > 0)
  }

  @Test func aStatusIsEntriesAndJSON() throws {
    let metrics = VersionMetrics()
    for _ in 0..<100 {
      metrics.recordAnswer(rows: 1, queueNanoseconds: 100, totalNanoseconds: 1 << 20)
    }
    metrics.recordRefusal(.overloaded)
    let status = ServerStatus(
      name: "test", version: "1", uptimeSeconds: 2.5, readiness: .degraded,
      problems: ["opencl:0 failed"], waitingRequests: 3, waitingRows: 9,
      server: ServerMetrics().snapshot(), devices: [.init(selector: "cpu", isHealthy: true)],
      models: [
        .init(
          name: "visits", stable: "3",
          versions: [
            .init(
              version: "3", handle: 7, device: "cpu", state: "serving", metrics: metrics.snapshot())
          ])
      ])

    let entries = Dictionary(uniqueKeysWithValues: status.entries())
    let keys = status.entries().map(\.0)
    #expect(keys == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(entries["ready"] == 0.5 && entries["waiting.rows"] == 9)
    #expect(entries["device.cpu.healthy"] == 1)
    #expect(entries["model.visits.3.refused.overloaded"] == 1)
    #expect(entries["model.visits.3.latency.count"] == 100)
    let expected = Double(1 << 20) / 1000
    let found = try #require(entries["model.visits.3.latency.p99_us"])
    #expect(abs(found - expected) <= expected / 64)

    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(status))
    let models = try #require((json as? [String: Any])?["models"] as? [[String: Any]])
    let version = try #require((models.first?["versions"] as? [[String: Any]])?.first)
    let latency = try #require((version["metrics"] as? [String: Any])?["latency"] as? [String: Any])
    #expect(latency["boundsNs"] as? [Int] == [1 << 20] && latency["counts"] as? [Int] == [100])
  }
}
