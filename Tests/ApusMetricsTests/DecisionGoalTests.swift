import ApusMetrics
import Testing

@Suite("Decision goals")
struct DecisionGoalTests {
  @Test(
    "are read as they are written",
    arguments: ["f1", "precision=0.8", "recall=1.0", "cost=5.0:1.0"])
  func roundTrip(text: String) {
    #expect(DecisionGoal(text)?.description == text)
  }

  @Test(
    "what is none is refused",
    arguments: [
      "", "f2", "f1=1", "precision", "precision=0", "precision=1.1", "recall=nan", "cost=5",
      "cost=5:1:2", "cost=:1", "cost=-5:1", "cost=5:inf",
    ])
  func refused(text: String) {
    #expect(DecisionGoal(text) == nil)
  }

  @Test("thresholds, by hand")
  func thresholds() {
    // score          1.0   0.75  0.5   0.25  0
    // row             +     -     +     +    -
    // precision       1    1/2   2/3   3/4  3/5
    // recall         1/3   1/3   2/3    1    1
    let curve = RankCurve(
      scores: [1, 0.75, 0.5, 0.25, 0], isPositive: [true, false, true, true, false])
    #expect(curve.threshold(for: .f1) == 0.125)
    #expect(curve.threshold(for: .precision(0.8)) == 0.875)
    #expect(curve.threshold(for: .precision(0.7)) == 0.125)
    #expect(curve.threshold(for: .recall(0.5)) == 0.125)
    #expect(curve.threshold(for: .recall(0.3)) == 0.875)
    // A false alarm that costs as much as three misses is not worth the two last positives.
    #expect(curve.threshold(for: .cost(miss: 1, falseAlarm: 3)) == 0.875)
    #expect(curve.threshold(for: .cost(miss: 5, falseAlarm: 1)) == 0.125)
  }

  @Test("a goal that no threshold reaches has none")
  func unreachable() {
    let curve = RankCurve(scores: [1, 0.5], isPositive: [false, true])
    #expect(curve.threshold(for: .precision(0.9)) == nil)
    // The last point has no lower neighbour: the score itself.
    #expect(curve.threshold(for: .recall(1)) == 0.5)
  }
}
