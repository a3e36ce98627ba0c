import ApusRandom
import Testing

@Suite("Philox sequence")
struct PhiloxSequenceTests {
  @Test("gives the words of its stream, block by block")
  func words() {
    var random = PhiloxSequence(seed: 0)
    let words = (0..<8).map { _ in random.next() }
    #expect(
      words == [
        0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8,
        0xF8E4_CCA4, 0x5CB2_00DB, 0xB1A5_74EB, 0x097E_FF67,
      ]
    )
    let philox = Philox(seed: 9, stream: 4)
    var other = PhiloxSequence(seed: 9, stream: 4)
    #expect((0..<9).map { _ in other.next() } == (0..<9).map(philox.word))
  }

  @Test("draws bounded integers, and draws again where the rest would be uneven")
  func fixedBoundedIntegers() {
    // A quarter of all words is rejected for this bound; three of the first nine are.
    var random = PhiloxSequence(seed: 5)
    let draws = (0..<6).map { _ in random.next(below: 3 << 30) }
    #expect(
      draws == [
        2_467_401_237, 3_168_837_932, 503_040_007, 1_850_386_666, 384_780_501, 3_104_277_295,
      ]
    )
    #expect(random.next() == 2_958_439_530)
  }

  @Test("keeps integers below their bound", arguments: [1, 2, 7, 1 << 31, .max] as [UInt32])
  func bounds(bound: UInt32) {
    var random = PhiloxSequence(seed: 3)
    for _ in 0..<1000 { #expect(random.next(below: bound) < bound) }
  }

  @Test("draws each integer below a bound equally often", arguments: [2, 3, 10] as [UInt32])
  func uniformity(bound: UInt32) {
    var random = PhiloxSequence(seed: 7, stream: 3)
    var counts = [Int](repeating: 0, count: Int(bound))
    for _ in 0..<30_000 { counts[Int(random.next(below: bound))] += 1 }
    let mean = 30_000 / Double(bound)
    let deviation = (mean * (1 - 1 / Double(bound))).squareRoot()
    #expect(counts.allSatisfy { abs(Double($0) - mean) < 5 * deviation }, "\(counts)")
  }

  @Test("shuffles into an order that the seed fixes")
  func fixedShuffle() {
    var random = PhiloxSequence(seed: 1)
    var elements = Array(0..<10)
    random.shuffle(&elements)
    #expect(elements == [2, 0, 3, 1, 5, 6, 7, 4, 9, 8])
  }

  @Test("shuffles into a permutation", arguments: [0, 1, 2, 100])
  func shuffleIsAPermutation(count: Int) {
    var random = PhiloxSequence(seed: 2)
    var elements = Array(0..<count)
    random.shuffle(&elements)
    #expect(elements.sorted() == Array(0..<count))
    if count == 100 { #expect(elements != Array(0..<count)) }
  }
}
