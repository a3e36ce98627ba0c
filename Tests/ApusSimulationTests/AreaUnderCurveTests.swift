import ApusSimulation
import Testing

@Suite struct AreaUnderCurveTests {
  @Test func `a small table with ties is exact`() {
    // Of the 3 x 3 pairs: 0.9 beats 3, 0.5 beats 1 and ties with 1, 0.1 ties with 1.
    let scores = [0.9, 0.5, 0.5, 0.7, 0.1, 0.1]
    let labels = [true, true, false, false, true, false]
    #expect(areaUnderCurve(scores: scores, labels: labels) == 5.0 / 9)
  }

  @Test func `perfect, inverted and constant scores give 1, 0 and one half`() {
    let labels = [false, false, true]
    #expect(areaUnderCurve(scores: [1, 2, 3], labels: labels) == 1)
    #expect(areaUnderCurve(scores: [3, 2, 1], labels: labels) == 0)
    #expect(areaUnderCurve(scores: [2, 2, 2], labels: labels) == 0.5)
  }

  @Test func `a single class has no area`() {
    #expect(areaUnderCurve(scores: [1, 2], labels: [true, true]) == nil)
    #expect(areaUnderCurve(scores: [1, 2], labels: [false, false]) == nil)
    #expect(areaUnderCurve(scores: [], labels: []) == nil)
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `ranks agree with counting pairs`(seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .user)
    let count = 2 + random.index(below: 40)
    let scores = (0..<count).map { _ in Double(random.index(below: 8)) }
    let labels = [true, false] + (2..<count).map { _ in random.chance(0.4) }
    var wins = 0.0
    var pairs = 0.0
    for positive in 0..<count where labels[positive] {
      for negative in 0..<count where !labels[negative] {
        pairs += 1
        if scores[positive] > scores[negative] { wins += 1 }
        if scores[positive] == scores[negative] { wins += 0.5 }
      }
    }
    #expect(areaUnderCurve(scores: scores, labels: labels) == wins / pairs, "seed \(seed)")
  }
}
