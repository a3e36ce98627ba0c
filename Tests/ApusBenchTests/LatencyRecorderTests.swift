import ApusBench
import FoundationEssentials
import Testing

@Suite("Latencies")
struct LatencyRecorderTests {
  @Test("percentiles to three digits")
  func percentiles() {
    var recorder = LatencyRecorder()
    for microseconds in 1...1000 { recorder.record(nanoseconds: UInt64(microseconds) * 1000) }
    #expect(recorder.count == 1000)
    for (percent, expected) in [(50.0, 500_000.0), (99, 990_000), (99.9, 999_000)] {
      let found = Double(recorder.nanoseconds(atPercentile: percent))
      #expect(abs(found / expected - 1) < 0.002, "p\(percent)")
    }
    #expect(recorder.summary.hasPrefix("p50 500."))
  }

  @Test("recorders add up, and an empty one is zero")
  func addition() {
    var (one, other) = (LatencyRecorder(), LatencyRecorder())
    #expect(one.nanoseconds(atPercentile: 50) == 0 && one.maximumNanoseconds == 0)
    one.record(nanoseconds: 10)
    other.record(nanoseconds: .max)
    one.add(other)
    #expect(one.count == 2)
    #expect(one.maximumNanoseconds > 99_000_000_000)
  }

  @Test("a recorder that went to another process and came back adds to the same percentiles")
  func merge() throws {
    var (all, parts) = (LatencyRecorder(), [LatencyRecorder(), LatencyRecorder()])
    for step in 0..<10_000 {
      let nanoseconds = UInt64(step * step)
      all.record(nanoseconds: nanoseconds)
      parts[step % 2].record(nanoseconds: nanoseconds)
    }
    var merged = LatencyRecorder()
    for part in parts {
      merged.add(
        try JSONDecoder().decode(LatencyRecorder.self, from: try JSONEncoder().encode(part)))
    }
    #expect(merged.count == all.count)
    for percent in [1.0, 50, 90, 99, 99.9, 100] {
      #expect(
        merged.nanoseconds(atPercentile: percent) == all.nanoseconds(atPercentile: percent),
        "p\(percent)")
    }
  }

  @Test("the echo floor answers every round trip")
  func echoFloor() throws {
    let floor = try EchoFloor.measure(roundTrips: 200, warmUp: 10, messageLength: 64)
    #expect(floor.count == 200)
    #expect(floor.nanoseconds(atPercentile: 50) > 1000)
  }
}
