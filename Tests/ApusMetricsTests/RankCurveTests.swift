import ApusMetrics
import ApusRandom
import Foundation
import Testing

@Suite("Rank curve")
struct RankCurveTests {
  @Test("equal scores are one point")
  func points() {
    let curve = RankCurve(
      scores: [0.7, 0.9, 0.4, 0.7], isPositive: [true, true, false, false])
    #expect(curve.thresholds == [0.9, 0.7, 0.4])
    #expect(curve.truePositives == [1, 2, 2])
    #expect(curve.falsePositives == [0, 1, 2])
    #expect(curve.positives == 2 && curve.negatives == 2 && curve.rows == 4)
  }

  @Test("areas are scikit-learn's")
  func areas() throws {
    let curve = RankCurve(scores: Sample.scores, isPositive: Sample.isPositive)
    #expect(curve.areaUnderCurve == 95.0 / 143)
    #expect(abs(try #require(curve.averagePrecision) - 0.707051282051282) < 1e-15)
    #expect(curve.truePositives == [1, 2, 3, 3, 4, 6, 8, 11, 12, 12, 12, 12, 13])
    #expect(curve.falsePositives == [0, 0, 1, 3, 4, 4, 4, 4, 6, 8, 10, 11, 11])
  }

  @Test("perfect, inverted and constant scores give 1, 0 and one half")
  func extremes() {
    let isPositive = [false, false, true]
    #expect(RankCurve(scores: [1, 2, 3], isPositive: isPositive).areaUnderCurve == 1)
    #expect(RankCurve(scores: [3, 2, 1], isPositive: isPositive).areaUnderCurve == 0)
    #expect(RankCurve(scores: [2, 2, 2], isPositive: isPositive).areaUnderCurve == 0.5)
    #expect(RankCurve(scores: [2, 2, 2], isPositive: isPositive).averagePrecision == 1.0 / 3)
  }

  @Test("a single class has no area, and no row is no curve")
  func singleClass() {
    #expect(RankCurve(scores: [1, 2], isPositive: [true, true]).areaUnderCurve == nil)
    #expect(RankCurve(scores: [1, 2], isPositive: [true, true]).averagePrecision == 1)
    let negative = RankCurve(scores: [1, 2], isPositive: [false, false])
    #expect(negative.areaUnderCurve == nil && negative.averagePrecision == nil)
    #expect(negative.gain(at: 0.5) == nil && negative.threshold(for: .f1) == nil)
    #expect(RankCurve(scores: [], isPositive: []).areaUnderCurve == nil)
  }

  @Test("what is no number is the least score, and the curve stays JSON")
  func notNumbers() throws {
    let curve = RankCurve(
      scores: [.nan, 0, .infinity, -.infinity], isPositive: [true, false, true, false])
    #expect(curve.areaUnderCurve == 2.5 / 4)
    #expect(try JSONDecoder().decode(RankCurve.self, from: JSONEncoder().encode(curve)) == curve)
  }

  @Test("areas agree with counting pairs", arguments: 1...50 as ClosedRange<UInt64>)
  func pairs(seed: UInt64) {
    let random = Philox(seed: seed)
    let count = 2 + Int(random.uniform(0) * 40)
    let scores = (0..<count).map { Double(Int(random.uniform(100 + $0) * 8)) }
    let isPositive = [true, false] + (2..<count).map { random.uniform(200 + $0) < 0.4 }
    var (wins, pairs) = (0.0, 0.0)
    for positive in 0..<count where isPositive[positive] {
      for negative in 0..<count where !isPositive[negative] {
        pairs += 1
        if scores[positive] > scores[negative] { wins += 1 }
        if scores[positive] == scores[negative] { wins += 0.5 }
      }
    }
    let curve = RankCurve(scores: scores, isPositive: isPositive)
    #expect(curve.areaUnderCurve == wins / pairs, "seed \(seed)")
  }

  @Test("gains and lift, with equal scores shared out")
  func gains() {
    let curve = RankCurve(
      scores: [4, 3, 2, 2, 1], isPositive: [true, false, true, false, false])
    #expect(curve.gain(at: 0) == 0)
    #expect(curve.gain(at: 0.2) == 0.5)
    #expect(curve.gain(at: 0.4) == 0.5)
    // The third row may be either of the two that tie: half of a positive one.
    #expect(curve.gain(at: 0.6) == 0.75)
    #expect(curve.gain(at: 0.8) == 1 && curve.gain(at: 1) == 1)
    #expect(curve.lift(at: 0.2) == 2.5 && curve.lift(at: 1) == 1)
  }

  @Test("thinning keeps exact points, the first and the last among them")
  func thinning() {
    let random = Philox(seed: 5)
    let curve = RankCurve(
      scores: (0..<1000).map { Double(random.uniform($0)) },
      isPositive: (0..<1000).map { random.uniform(2000 + $0) < 0.3 })
    let thin = curve.thinned(to: 50)
    #expect(40...50 ~= thin.thresholds.count)
    #expect(thin.thresholds.first == curve.thresholds.first)
    #expect(thin.positives == curve.positives && thin.negatives == curve.negatives)
    for (index, threshold) in thin.thresholds.enumerated() {
      let place = curve.thresholds.firstIndex(of: threshold) ?? 0
      #expect(thin.truePositives[index] == curve.truePositives[place])
    }
    #expect(curve.thinned(to: 2000) == curve)
  }
}
