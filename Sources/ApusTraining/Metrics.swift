public import ApusCompute
internal import FoundationEssentials
#if canImport(Glibc)
internal import Glibc
#endif

/// How good predictions are, by the names that the field uses.
///
/// | loss | metrics |
/// |---|---|
/// | binary cross-entropy | loss, logLoss, auc, accuracy, precision, recall, f1 |
/// | softmax cross-entropy | loss, logLoss, accuracy |
/// | squared or absolute error | loss, mse, mae |
public struct Metrics: Hashable, Sendable {
  /// The number of rows.
  public let rows: Int
  /// The metrics by name; one that is not defined, such as the AUC of a single class, is absent.
  public let values: [String: Double]

  /// The metric called `name`, where it is defined.
  public subscript(name: String) -> Double? { values[name] }

  /// Computes the metrics that a loss has.
  ///
  /// - Parameters:
  ///   - predictions: `targets.count` x `outputs` numbers, row by row: probabilities where the loss
  ///     is a cross-entropy.
  ///   - targets: one target for each row.
  ///   - loss: the loss that the model was trained with.
  /// - Precondition: there is a row, and as many predictions for each.
  public init(predictions: [Float], targets: [Float], loss: Loss) {
    precondition(
      !targets.isEmpty && predictions.count % targets.count == 0,
      "\(predictions.count) predictions for \(targets.count) targets")
    rows = targets.count
    switch loss {
    case .binaryCrossEntropy:
      values = Self.binary(predictions, targets)
    case .softmaxCrossEntropy:
      values = Self.multiclass(predictions, targets)
    case .meanSquaredError, .meanAbsoluteError:
      let errors = zip(predictions, targets).map { Double($0) - Double($1) }
      let squared = errors.reduce(0) { $0 + $1 * $1 } / Double(rows)
      let absolute = errors.reduce(0) { $0 + abs($1) } / Double(rows)
      values = [
        "mse": squared, "mae": absolute, "loss": loss == .meanSquaredError ? squared : absolute,
      ]
    }
  }

  /// The least probability in a log loss: that of a float next to certainty.
  private static let leastProbability = 0x1p-24

  private static func binary(_ predictions: [Float], _ targets: [Float]) -> [String: Double] {
    var (truePositives, falsePositives, falseNegatives, correct) = (0, 0, 0, 0)
    var logLoss = 0.0
    for (prediction, target) in zip(predictions, targets) {
      let isPositive = prediction >= 0.5
      let expected = target >= 0.5
      correct += isPositive == expected ? 1 : 0
      truePositives += isPositive && expected ? 1 : 0
      falsePositives += isPositive && !expected ? 1 : 0
      falseNegatives += !isPositive && expected ? 1 : 0
      let probability = expected ? Double(prediction) : 1 - Double(prediction)
      logLoss -= log(max(probability, leastProbability))
    }
    logLoss /= Double(targets.count)
    var values = [
      "loss": logLoss, "logLoss": logLoss, "accuracy": Double(correct) / Double(targets.count),
    ]
    values["auc"] = areaUnderCurve(predictions, targets)
    func share(_ part: Int, of whole: Int) -> Double? {
      whole == 0 ? nil : Double(part) / Double(whole)
    }
    values["precision"] = share(truePositives, of: truePositives + falsePositives)
    values["recall"] = share(truePositives, of: truePositives + falseNegatives)
    values["f1"] = share(
      2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
    return values
  }

  private static func multiclass(
    _ predictions: [Float], _ targets: [Float]
  ) -> [String: Double] {
    let outputs = predictions.count / targets.count
    var correct = 0
    var logLoss = 0.0
    for (row, target) in targets.enumerated() {
      let scores = predictions[row * outputs..<(row + 1) * outputs]
      let best = scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex
      correct += best - scores.startIndex == Int(target) ? 1 : 0
      let probability = Double(scores[scores.startIndex + Int(target)])
      logLoss -= log(max(probability, leastProbability))
    }
    logLoss /= Double(targets.count)
    return [
      "loss": logLoss, "logLoss": logLoss, "accuracy": Double(correct) / Double(targets.count),
    ]
  }

  /// The area under the ROC curve: the chance that a positive row scores above a negative one, ties
  /// counting half; nil where one class is absent.
  ///
  /// The Mann-Whitney statistic by midranks. O(n log n).
  public static func areaUnderCurve(_ scores: [Float], _ targets: [Float]) -> Double? {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var (positives, rankSum) = (0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      // NaN equals nothing, itself included; such a score stands alone.
      end = max(end, start + 1)
      let midrank = Double(start + 1 + end) / 2
      for index in order[start..<end] where targets[index] >= 0.5 {
        positives += 1
        rankSum += midrank
      }
      start = end
    }
    let negatives = order.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let pairs = Double(positives) * Double(negatives)
    return (rankSum - Double(positives) * Double(positives + 1) / 2) / pairs
  }
}
