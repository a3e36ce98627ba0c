import ApusData
import Testing

@Suite struct PhiloxTests {
  /// The known answers that the authors publish with the generator (Random123).
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
    ),
    (
      SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
      SIMD4<UInt32>(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
    ),
    (
      SIMD4<UInt32>(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
      SIMD2<UInt32>(0xA409_3822, 0x299F_31D0),
      SIMD4<UInt32>(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
    ),
  ]) func knownAnswer(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, block: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == block)
  }

  @Test func sequenceIsBlocksOfTheCounter() {
    var random = Philox(seed: 0)
    let words = (0..<8).map { _ in random.next() }
    #expect(words[0..<4] == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    let second = Philox.block(counter: [1, 0, 0, 0], key: [0, 0])
    #expect(words[4..<8] == [second[0], second[1], second[2], second[3]])
  }

  @Test func boundedIntegersAreUniform() {
    var random = Philox(seed: 7, stream: 3)
    var counts = [Int](repeating: 0, count: 3)
    for _ in 0..<30_000 { counts[Int(random.next(below: 3))] += 1 }
    // Five standard deviations of a binomial count.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 410 }, "\(counts)")
  }

  @Test func shuffleIsAPermutation() {
    var random = Philox(seed: 1)
    var elements = Array(0..<100)
    random.shuffle(&elements)
    #expect(elements != Array(0..<100))
    #expect(elements.sorted() == Array(0..<100))
  }
}
