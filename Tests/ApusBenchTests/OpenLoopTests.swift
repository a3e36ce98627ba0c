import ApusBench
import Glibc
import Testing

@Suite("An open loop", .timeLimit(.minutes(1)))
struct OpenLoopTests {
  @Test("a stall of 200 ms shows in the latencies of all who had to wait, not in service times")
  func coordinatedOmission() throws {
    let server = try ScriptedServer { number, request, output in
      // The stall itself is what is measured.
      if number == 200 { usleep(200_000) }
      ScriptedServer.answer(request, into: &output)
    }
    var plan = LoadPlan()
    plan.arrivals = .fixed(perSecond: 1000)
    (plan.warmUpSeconds, plan.durationSeconds) = (0.1, 1)
    let requests = RequestSet.floatRows(ScriptedServer.model, rowCount: 1, seed: 1)
    let result = try ServerUnderLoad(server.endpoint).run(plan, requests)
    #expect(result.isComplete && result.unsent == 0)
    // A fifth of the requests were due during the stall; one was served by it.
    #expect(result.latency.nanoseconds(atPercentile: 90) > 80_000_000)
    #expect(result.latency.nanoseconds(atPercentile: 99) > 150_000_000)
    #expect(result.serviceTime.nanoseconds(atPercentile: 99) < 100_000_000)
    #expect(result.serviceTime.maximumNanoseconds > 150_000_000)
    #expect(result.latency.count == 1000)
  }

  @Test("what a server never let begin counts with the time that it waited")
  func unsent() throws {
    let server = try ScriptedServer { number, request, output in
      if number < 50 { ScriptedServer.answer(request, into: &output) }
    }
    var plan = LoadPlan()
    plan.arrivals = .fixed(perSecond: 1000)
    (plan.warmUpSeconds, plan.durationSeconds, plan.drainSeconds) = (0, 0.3, 0.1)
    let requests = RequestSet.floatRows(ScriptedServer.model, rowCount: 1, seed: 1)
    let result = try ServerUnderLoad(server.endpoint).run(plan, requests)
    #expect(result.lost == 1 && result.answered == 50)
    #expect(result.unsent == 300 - 51)
    #expect(result.latency.nanoseconds(atPercentile: 99) > 200_000_000)
  }

  @Test("random arrivals have the mean of their rate, the spread of chance, and obey the seed")
  func poisson() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let gaps = try gaps(.poisson(perSecond: 10_000), seed: seed, count: 100_000)
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    // Of 100,000 exponential gaps the mean strays by 0.3 %, the deviation by 0.5 %.
    #expect(abs(mean / 100_000 - 1) < 0.02, "seed \(seed)")
    #expect(abs(variance.squareRoot() / mean - 1) < 0.03, "seed \(seed)")
    let longer = Double(gaps.count { $0 > mean }) / Double(gaps.count)
    #expect(abs(longer - exp(-1)) < 0.01, "seed \(seed)")
    #expect(
      try self.gaps(.poisson(perSecond: 10_000), seed: seed, count: 1000)
        == gaps.prefix(1000).map { $0 })
    #expect(
      try self.gaps(.poisson(perSecond: 10_000), seed: seed &+ 1, count: 1000)
        != gaps.prefix(1000).map { $0 })
  }

  @Test("fixed arrivals do not drift")
  func fixed() throws {
    var schedule = try #require(
      ArrivalSchedule(.fixed(perSecond: 3000), from: 1_000_000_000_000_000, seed: 1))
    #expect(schedule.next == 1_000_000_000_000_000)
    for _ in 0..<3000 { schedule.advance() }
    #expect(abs(Int(schedule.next) - 1_000_001_000_000_000) < 10)
    #expect(ArrivalSchedule(.closedLoop, from: 0, seed: 1) == nil)
  }

  private func gaps(
    _ arrivals: LoadPlan.Arrivals, seed: UInt64, count: Int
  ) throws -> [Double] {
    var schedule = try #require(ArrivalSchedule(arrivals, from: 1 << 50, seed: seed))
    var last: UInt64 = 1 << 50
    return (0..<count).map { _ in
      defer {
        last = schedule.next
        schedule.advance()
      }
      return Double(schedule.next - last)
    }
  }
}
