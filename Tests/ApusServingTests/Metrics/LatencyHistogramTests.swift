import ApusServing
import Testing

@Suite struct LatencyHistogramTests {
  private static let shares = [0, 0.5, 0.9, 0.99, 0.999, 1]

  @Test func anEmptyHistogramIsAllZero() {
    let snapshot = LatencyHistogram().snapshot()
    #expect(snapshot == LatencySnapshot())
    #expect(snapshot.count == 0 && snapshot.maximumNanoseconds == 0 && snapshot.buckets.isEmpty)
    #expect(Self.shares.allSatisfy { snapshot.quantile($0) == 0 })
  }

  @Test func quantilesAreWithinOneSixtyFourth() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let histogram = LatencyHistogram()
    // Logarithms that are spread evenly, so that each doubling is met.
    let times = (0..<20_000).map { _ in
      Int64(1) << Int64.random(in: 7..<36, using: &random)
        + Int64.random(in: 0..<64, using: &random)
    }.map { $0 + Int64.random(in: 0..<$0, using: &random) }
    for time in times { histogram.record(nanoseconds: time) }
    let sorted = times.sorted()
    let snapshot = histogram.snapshot()
    #expect(snapshot.count == 20_000 && snapshot.maximumNanoseconds == sorted.last)
    #expect(snapshot.sumNanoseconds == UInt64(times.reduce(0, +)))
    for share in Self.shares {
      let expected = sorted[max(0, Int((share * 20_000).rounded(.up)) - 1)]
      let error = abs(Double(snapshot.quantile(share) - expected)) / Double(expected)
      #expect(error <= 1.0 / 64, "share \(share), seed \(seed)")
    }
  }

  @Test func aBoundBelongsToTheRangeThatItEnds() {
    for power in 6..<37 {
      let bound = Int64(1) << Int64(power)
      let histogram = LatencyHistogram()
      histogram.record(nanoseconds: bound)
      histogram.record(nanoseconds: bound + 1)
      #expect(histogram.snapshot().count(atMost: bound) == 1, "2^\(power)")
      #expect(histogram.snapshot().buckets.first?.upperBoundNanoseconds == bound)
    }
  }

  @Test(arguments: [Int64.min, -1, 0, 1, 64])
  func shortTimesShareTheFirstBucket(nanoseconds: Int64) {
    let histogram = LatencyHistogram()
    histogram.record(nanoseconds: nanoseconds)
    #expect(histogram.snapshot().buckets.map(\.upperBoundNanoseconds) == [64])
    #expect(histogram.snapshot().sumNanoseconds == UInt64(max(nanoseconds, 0)))
  }

  @Test func longTimesAreCountedAndTheirMaximumIsExact() {
    let histogram = LatencyHistogram()
    histogram.record(nanoseconds: 200_000_000_000)
    histogram.record(nanoseconds: .max / 4)
    let snapshot = histogram.snapshot()
    #expect(snapshot.buckets.map(\.upperBoundNanoseconds) == [.max] && snapshot.count == 2)
    #expect(snapshot.maximumNanoseconds == .max / 4)
    #expect(snapshot.quantile(1) == 1 << 37)
  }

  @Test func snapshotsAddAndSubtract() {
    let (first, second) = (LatencyHistogram(), LatencyHistogram())
    first.record(nanoseconds: 1000)
    second.record(nanoseconds: 5_000_000)
    var both = first.snapshot()
    both.add(second.snapshot())
    #expect(both.count == 2 && both.sumNanoseconds == 5_001_000)
    #expect(both.maximumNanoseconds == 5_000_000)

    let before = first.snapshot()
    first.record(nanoseconds: 9000)
    let since = first.snapshot().since(before)
    #expect(since.count == 1 && since.sumNanoseconds == 9000)
    #expect(since.buckets.map(\.count) == [1])
    #expect(abs(since.quantile(0.5) - 9000) <= 9000 / 64)
  }

  @Test func nothingIsLostBetweenThreads() async {
    let histogram = LatencyHistogram()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for time in 1...50_000 { histogram.record(nanoseconds: Int64(time * 100 + task)) }
        }
      }
    }
    let snapshot = histogram.snapshot()
    #expect(snapshot.count == 200_000 && snapshot.maximumNanoseconds == 5_000_003)
    #expect(snapshot.sumNanoseconds == 4 * 100 * 50_000 * 50_001 / 2 + 6 * 50_000)
  }

  @Test func batchSizesAreCountedByPowersOfTwo() {
    let histogram = SizeHistogram()
    for rows in [1, 2, 3, 4, 5, 64, 65, 32_768, 32_769, 1 << 30] { histogram.record(rows: rows) }
    var expected = Array(repeating: UInt64(0), count: 17)
    for bucket in [0, 1, 2, 2, 3, 6, 7, 15, 16, 16] { expected[bucket] += 1 }
    #expect(histogram.snapshot().counts == expected)
    #expect(histogram.snapshot().rows == 144 + 32_768 + 32_769 + 1 << 30)
  }
}
