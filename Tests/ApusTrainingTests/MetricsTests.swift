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

  @Test("what a single class does not define is absent")
  func singleClass() {
    let alone = Metrics(predictions: [0.1, 0.2], targets: [0, 0], loss: .binaryCrossEntropy)
    #expect(alone["auc"] == nil && alone["averagePrecision"] == nil && alone["lift10"] == nil)
    #expect(alone["recall"] == nil && alone["accuracy"] == 1)
  }

  @Test("a threshold moves the classes and nothing else")
  func threshold() {
    let (predictions, targets): ([Float], [Float]) = ([0.9, 0.8, 0.3, 0.4, 0.5], [1, 0, 0, 1, 1])
    let half = Metrics(predictions: predictions, targets: targets, loss: .binaryCrossEntropy)
    let low = Metrics(
      predictions: predictions, targets: targets, loss: .binaryCrossEntropy, threshold: 0.35)
    #expect(low["recall"] == 1 && low["precision"] == 0.75)
    for name in ["auc", "averagePrecision", "brier", "calibrationError", "logLoss", "lift10"] {
      #expect(low[name] == half[name] && low[name] != nil)
    }
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
    #expect(numbers["rmse"] == 5.0.squareRoot() && numbers["r2"] == 1 - 10 / 0.5)
    #expect(classes["hitRate3"] == nil && classes["brier"] != nil)
    let many = Metrics(
      predictions: [0.4, 0.3, 0.2, 0.1], targets: [2], loss: .softmaxCrossEntropy)
    #expect(many["hitRate3"] == 1 && many["ndcg3"] == 0.5 && many["hitRate5"] == nil)
  }
}
