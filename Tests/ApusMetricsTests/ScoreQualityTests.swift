import ApusMetrics
import Testing

@Suite("Quality of scores")
struct ScoreQualityTests {
  @Test("Brier score is scikit-learn's")
  func brier() {
    let found = brierScore(
      probabilities: Sample.scores.map(Float.init),
      targets: Sample.isPositive.map { $0 ? 1 : 0 })
    #expect(abs(found - 0.2687174479166667) < 1e-15)
    // Of several classes: (1/4 + 1/16 + 1/16) and (1/4 + 1/4).
    let several = brierScore(
      probabilities: [0.5, 0.25, 0.25, 0.5, 0.5, 0], targets: [0, 1])
    #expect(several == (0.375 + 0.5) / 2)
  }

  @Test("calibration error of 15 bins agrees with the formula in NumPy")
  func calibrationError() throws {
    let diagram = ReliabilityDiagram(
      confidences: Sample.scores, outcomes: Sample.isPositive)
    #expect(abs(try #require(diagram.calibrationError) - 0.3411458333333333) < 1e-15)
    #expect(diagram.bins.reduce(0) { $0 + $1.rows } == 24)
  }

  @Test("bins hold their edges, and what is no probability is moved to the nearest")
  func bins() {
    let diagram = ReliabilityDiagram(
      confidences: [0, 0.5, 1, 1.5, -1, .nan], outcomes: [false, true, true, true, false, true],
      binCount: 2)
    #expect(diagram.bins.map(\.rows) == [3, 3])
    #expect(diagram.bins.map(\.predicted) == [0, 2.5 / 3])
    #expect(diagram.bins.map(\.observed) == [1.0 / 3, 1])
    #expect(ReliabilityDiagram(confidences: [], outcomes: []).calibrationError == nil)
  }

  @Test("R2 is scikit-learn's, and needs targets that differ")
  func determination() throws {
    let found = coefficientOfDetermination(
      predictions: [2.5, 0, 2, 8], targets: [3, -0.5, 2, 7])
    #expect(abs(try #require(found) - 0.9486081370449679) < 1e-15)
    #expect(coefficientOfDetermination(predictions: [1, 2], targets: [2, 2]) == nil)
    #expect(coefficientOfDetermination(predictions: [1, 3], targets: [1, 3]) == 1)
    #expect(coefficientOfDetermination(predictions: [2, 2], targets: [1, 3]) == 0)
  }

  @Test("hit rate and NDCG are scikit-learn's top_k_accuracy and ndcg")
  func ranks() throws {
    let ranks = TargetRanks(
      scores: [
        0.5, 0.25, 0.125, 0.0625, 0.03, 0.3, 0.4, 0.2, 0.06, 0.04,
        0.25, 0.15, 0.35, 0.2, 0.05, 0.7, 0.1, 0.15, 0.03, 0.02,
      ], targets: [1, 2, 1, 4])
    #expect(ranks.ranks == [2, 3, 4, 5])
    #expect((1...4).map { ranks.hitRate(at: $0) } == [0, 0.25, 0.5, 0.75])
    let expected = [0, 0.15773243839286433, 0.2827324383928643, 0.39040157791121255]
    for (k, value) in zip(1...4, expected) {
      #expect(abs(try #require(ranks.normalizedGain(at: k)) - value) < 1e-15)
    }
  }

  @Test("scores that say nothing earn nothing")
  func ties() {
    #expect(TargetRanks(scores: [0.5, 0.5, 0.5], targets: [0]).ranks == [3])
    #expect(TargetRanks(scores: [.nan, 0.5, .nan], targets: [0]).ranks == [3])
    #expect(TargetRanks(scores: [0.5, .nan, .nan], targets: [0]).ranks == [1])
    #expect(TargetRanks([]).hitRate(at: 1) == nil)
  }

  @Test("confusion of two and of several classes")
  func confusion() {
    let two = ConfusionMatrix(
      predictions: [0.9, 0.8, 0.3, 0.4, 0.5], targets: [1, 0, 0, 1, 1], threshold: 0.5)
    #expect(two.counts == [[1, 1], [1, 2]])
    #expect(two.accuracy == 0.6 && two.precision(of: 1) == 2.0 / 3 && two.f1(of: 0) == 0.5)
    var three = ConfusionMatrix(classes: 3)
    for (actual, predicted) in [(0, 0), (0, 1), (1, 1), (2, 0)] {
      three.add(actual: actual, predicted: predicted)
    }
    #expect(three.rows == 4 && three.accuracy == 0.5)
    #expect(three.precision(of: 2) == nil && three.recall(of: 2) == 0)
    #expect(ConfusionMatrix(classes: 2).accuracy == nil)
  }

  @Test("a histogram counts its edges, and leaves out what is not finite")
  func histogram() {
    let histogram = ScoreHistogram([[0, 0.25, 1, .nan], [0.5, 2, -1]], over: 0...1, binCount: 4)
    #expect(histogram.counts == [[1, 1, 0, 1], [1, 0, 1, 1]])
    let found = ScoreHistogram([[1, 3]], binCount: 2)
    #expect(found.lowest == 1 && found.highest == 3 && found.counts == [[1, 1]])
    #expect(ScoreHistogram([[7, 7]], binCount: 2).counts == [[2, 0]])
  }
}
