import ApusCompute
import ApusTraining
import Foundation
import Testing

@Suite("Metrics")
struct MetricsTests {
  @Test("of a binary task, by hand")
  func binary() {
    let metrics = Metrics(
      predictions: [0.9, 0.8, 0.3, 0.4, 0.5], targets: [1, 0, 0, 1, 1], loss: .binaryCrossEntropy)
    #expect(metrics.rows == 5)
    // Predicted positive: rows 0, 1, 4; right: rows 0 and 4.
    #expect(metrics["accuracy"] == 3.0 / 5)
    #expect(metrics["precision"] == 2.0 / 3)
    #expect(metrics["recall"] == 2.0 / 3)
    #expect(metrics["f1"] == 2.0 / 3)
    // Pairs (positive, negative): 0.9 beats both; 0.4 and 0.5 beat 0.3 only.
    #expect(metrics["auc"] == 4.0 / 6)
    let expected = -(log(0.9) + log(0.2) + log(0.7) + log(0.4) + log(0.5)) / 5
    #expect(abs((metrics["logLoss"] ?? 0) - expected) < 1e-6)
  }

  @Test("AUC counts ties half and needs both classes")
  func areaUnderCurve() {
    #expect(Metrics.areaUnderCurve([0.5, 0.5], [0, 1]) == 0.5)
    #expect(Metrics.areaUnderCurve([1, 1, 0, 0], [1, 0, 1, 0]) == 0.5)
    #expect(Metrics.areaUnderCurve([0.1, 0.2, 0.2, 0.9], [0, 0, 1, 1]) == 3.5 / 4)
    #expect(Metrics.areaUnderCurve([0.1, 0.2], [1, 1]) == nil)
    let alone = Metrics(predictions: [0.1, 0.2], targets: [0, 0], loss: .binaryCrossEntropy)
    #expect(alone["auc"] == nil && alone["recall"] == nil && alone["accuracy"] == 1)
  }

  @Test("certain and wrong is bad, not infinite")
  func certainty() {
    let metrics = Metrics(predictions: [0], targets: [1], loss: .binaryCrossEntropy)
    #expect(abs((metrics["logLoss"] ?? 0) - 24 * log(2)) < 1e-9)
  }

  @Test("of several classes and of numbers")
  func others() {
    let classes = Metrics(
      predictions: [0.7, 0.2, 0.1, 0.1, 0.3, 0.6], targets: [0, 1], loss: .softmaxCrossEntropy)
    #expect(classes["accuracy"] == 0.5)
    #expect(abs((classes["loss"] ?? 0) + (log(0.7) + log(0.3)) / 2) < 1e-6)
    let numbers = Metrics(predictions: [1, 4], targets: [2, 1], loss: .meanAbsoluteError)
    #expect(numbers["mse"] == 5 && numbers["mae"] == 2 && numbers["loss"] == 2)
  }
}
