import ApusOperations
import ApusServing
import Dispatch
import Synchronization
import Testing

@Suite struct HealthTests {
  private struct Broken: Error, CustomStringConvertible { let description = "it fell over" }

  private let good = Canary(device: "cpu", model: "visits 1") {}
  private let bad = Canary(device: "opencl:0", model: "carts 2") { throw Broken() }

  @Test(arguments: [
    (ServerStatus.Readiness.ready, 200, "ready"), (.degraded, 200, "degraded"),
    (.starting, 503, "starting"), (.unready, 503, "unready"), (.draining, 503, "draining"),
  ])
  func readinessIsAStatus(readiness: ServerStatus.Readiness, status: Int, state: String)
    async throws
  {
    let source = FakeSource()
    source.set(readiness)
    source.set([good])
    try await HTTP.run(source) { http in
      let reply = await http.get("/readyz")
      #expect(reply.status == status && reply.json["state"] as? String == state)
      #expect(await http.get("/livez").status == 200, "alive whatever the state")
    }
  }

  @Test func aLoopThatDoesNotTurnIsNamedAndTheProcessNotAlive() async throws {
    let source = FakeSource()
    try await HTTP.run(source, { $0.loopTimeout = .milliseconds(250) }) { http in
      source.set(stalledLoops: ["apus-loop-0", "apus-tls-1"])
      let reply = await http.get("/livez")
      #expect(reply.status == 503)
      #expect(reply.body == "no turn within 0.25 seconds: apus-loop-0, apus-tls-1\n")
      source.set(stalledLoops: [])
      #expect(await http.get("/livez").status == 200)
    }
  }

  @Test func aFailedDeviceDegradesAndOnlyFailedDevicesStop() async throws {
    let source = FakeSource()
    source.set([good, bad])
    try await HTTP.run(source) { http in
      let reply = await http.get("/readyz")
      #expect(reply.status == 200 && reply.json["state"] as? String == "degraded")
      #expect(reply.json["problems"] as? [String] == ["carts 2 on opencl:0: it fell over"])
      let checks = try #require(reply.json["checks"] as? [[String: Any]])
      #expect(checks.map { $0["device"] as? String } == ["cpu", "opencl:0"])
      #expect(checks.map { $0["passed"] as? Bool } == [true, false])
    }
    source.set([bad])
    try await HTTP.run(source) { http in
      let reply = await http.get("/readyz")
      #expect(reply.status == 503 && reply.json["state"] as? String == "unready")
    }
  }

  @Test func aStuckDeviceIsReportedInTimeAndTriedOnce() async throws {
    let (counter, gate) = (Counter(), DispatchSemaphore(value: 0))
    let source = FakeSource()
    source.set([
      good,
      Canary(device: "opencl:0", model: "carts 2") {
        counter.increment()
        gate.wait()
      },
    ])
    defer { gate.signal() }
    try await HTTP.run(
      source,
      {
        $0.canaryTimeout = .milliseconds(50)
        $0.canaryFreshness = .zero
      },
      body: { http in
        let start = ContinuousClock.now
        for _ in 0..<3 {
          let reply = await http.get("/readyz")
          #expect(reply.status == 200 && reply.json["state"] as? String == "degraded")
        }
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(counter.count == 1)
      })
  }

  @Test func theOutcomeIsKeptForItsFreshness() async throws {
    let counter = Counter()
    let source = FakeSource()
    source.set([Canary(device: "cpu", model: "visits 1") { counter.increment() }])
    try await HTTP.run(source, { $0.canaryFreshness = .seconds(60) }) { http in
      for _ in 0..<3 { #expect(await http.get("/readyz").status == 200) }
      #expect(counter.count == 1)
    }
    try await HTTP.run(source, { $0.canaryFreshness = .zero }) { http in
      for _ in 0..<3 { #expect(await http.get("/readyz").status == 200) }
      #expect(counter.count == 4)
    }
  }
}

/// Counts calls from any thread.
private final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  var count: Int { value.load(ordering: .relaxed) }

  func increment() { value.add(1, ordering: .relaxed) }
}
