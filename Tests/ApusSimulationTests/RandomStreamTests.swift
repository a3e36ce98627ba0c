import ApusSimulation
import Testing

@Suite struct RandomStreamTests {
  private static let draws = 200_000

  /// Blocks 0 and 1 of the counter (block, 4, 7, 9) under the key (1, 2).
  @Test func `reads the words of its blocks in order`() {
    var stream = RandomStream(seed: 0x0000_0002_0000_0001, purpose: .user, first: 7, second: 9)
    let words = (0..<8).map { _ in stream.word() }
    #expect(
      words == [
        0xa7d8_ad68, 0x9628_760b, 0xba81_a64e, 0xe4f3_27c5, 0xd7d7_b6cb, 0xdca3_2a6d, 0xe5d2_ee47,
        0x2502_9522,
      ]
    )
  }

  @Test func `streams of different names differ`() {
    var words: Set<UInt32> = []
    for purpose in [RandomStream.Purpose.user, .session] {
      for first in 0..<2 {
        for second in 0..<2 {
          for seed in [1, 1 << 32] as [UInt64] {
            var stream = RandomStream(seed: seed, purpose: purpose, first: first, second: second)
            words.insert(stream.word())
          }
        }
      }
    }
    #expect(words.count == 16)
  }

  @Test func `normal draws have mean 0, variance 1 and no memory`() {
    var stream = RandomStream(seed: 1, purpose: .user)
    let values = (0..<Self.draws).map { _ in stream.normal() }
    let pairs = zip(values, values.dropFirst()).map { first, second in first * second }
    #expect(abs(mean(values)) < 0.01)
    #expect(abs(mean(values.map { $0 * $0 }) - 1) < 0.015)
    #expect(abs(mean(pairs)) < 0.01)
    #expect(abs(mean(values.map { abs($0) < 1.96 ? 1 : 0 }) - 0.95) < 0.002)
  }

  @Test(arguments: [0.0, 0.3, 2.5, 40.0])
  func `Poisson draws have the mean and variance they should`(expected: Double) {
    var stream = RandomStream(seed: 2, purpose: .user)
    let values = (0..<Self.draws).map { _ in Double(stream.poisson(mean: expected)) }
    let average = mean(values)
    let variance = mean(values.map { ($0 - average) * ($0 - average) })
    #expect(abs(average - expected) <= 0.02 * expected)
    #expect(abs(variance - expected) <= 0.03 * expected)
  }

  @Test func `exponential draws have the mean they should`() {
    var stream = RandomStream(seed: 3, purpose: .user)
    let values = (0..<Self.draws).map { _ in stream.exponential(mean: 5) }
    #expect(abs(mean(values) - 5) < 0.05)
    #expect(values.allSatisfy { $0 > 0 })
  }

  @Test func `an index is drawn in proportion to its weight`() {
    var stream = RandomStream(seed: 4, purpose: .user)
    var counts = [0, 0, 0, 0]
    for _ in 0..<Self.draws { counts[stream.index(weights: [1, 0, 5, 2])] += 1 }
    #expect(counts[1] == 0)
    #expect(abs(Double(counts[0]) / Double(Self.draws) - 0.125) < 0.004)
    #expect(abs(Double(counts[2]) / Double(Self.draws) - 0.625) < 0.004)
  }

  @Test func `an index below a bound takes every value alike`() {
    var stream = RandomStream(seed: 5, purpose: .user)
    var counts = [0, 0, 0]
    for _ in 0..<Self.draws { counts[stream.index(below: 3)] += 1 }
    for count in counts { #expect(abs(Double(count) / Double(Self.draws) - 1.0 / 3) < 0.005) }
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}
