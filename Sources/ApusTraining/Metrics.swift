public import ApusCompute
internal import ApusMetrics
internal import FoundationEssentials
#if canImport(Glibc)
internal import Glibc
#endif

/// How good predictions are, by the names that the field uses.
///
/// - binary cross-entropy: loss, logLoss, auc, averagePrecision, brier, calibrationError, lift10,
///   accuracy, precision, recall, f1
/// - softmax cross-entropy: loss, logLoss, brier, calibrationError, accuracy, and hitRateK and
///   ndcgK for each K of 3, 5, 10 and 20 that is below the number of classes
/// - squared or absolute error: loss, mse, rmse, mae, r2
///
/// The calibration error has 15 bins; of several classes it is that of the most probable one.
/// `lift10` is the lift of the best-scored tenth of the rows.
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
  ///   - threshold: the least score of a row that is called positive, of two classes.
  /// - Precondition: there is a row, and as many predictions for each.
  /// - Complexity: O(n log n) for two classes, else O(n).
  public init(
    predictions: [Float], targets: [Float], loss: Loss, threshold: Double = 0.5
  ) {
    precondition(
      !targets.isEmpty && predictions.count % targets.count == 0,
      "\(predictions.count) predictions for \(targets.count) targets")
    rows = targets.count
    values =
      switch loss {
      case .binaryCrossEntropy: Self.binary(predictions, targets, threshold)
      case .softmaxCrossEntropy: Self.multiclass(predictions, targets)
      case .meanSquaredError, .meanAbsoluteError: Self.numeric(predictions, targets, loss)
      }
  }

  /// The metrics of which less is better.
  public static let errors: Set = [
    "loss", "logLoss", "brier", "calibrationError", "mse", "rmse", "mae",
  ]

  /// The least probability in a log loss: that of a float next to certainty.
  private static let leastProbability = 0x1p-24

  private static func binary(
    _ predictions: [Float], _ targets: [Float], _ threshold: Double
  ) -> [String: Double] {
    let outcomes = targets.map { $0 >= 0.5 }
    var logLoss = 0.0
    for (prediction, outcome) in zip(predictions, outcomes) {
      let probability = outcome ? Double(prediction) : 1 - Double(prediction)
      logLoss -= log(max(probability, leastProbability))
    }
    logLoss /= Double(targets.count)
    let scores = predictions.map(Double.init)
    let curve = RankCurve(scores: scores, isPositive: outcomes)
    let confusion = ConfusionMatrix(
      predictions: predictions, targets: targets, threshold: threshold)
    let values: [String: Double?] = [
      "loss": logLoss, "logLoss": logLoss,
      "auc": curve.areaUnderCurve, "averagePrecision": curve.averagePrecision,
      "lift10": curve.lift(at: 0.1),
      "brier": brierScore(probabilities: predictions, targets: targets),
      "calibrationError":
        ReliabilityDiagram(confidences: scores, outcomes: outcomes).calibrationError,
      "accuracy": confusion.accuracy, "precision": confusion.precision(of: 1),
      "recall": confusion.recall(of: 1), "f1": confusion.f1(of: 1),
    ]
    return values.compactMapValues(\.self)
  }

  private static func multiclass(
    _ predictions: [Float], _ targets: [Float]
  ) -> [String: Double] {
    let outputs = predictions.count / targets.count
    var (logLoss, confidences, outcomes) = (0.0, [Double](), [Bool]())
    for (row, target) in targets.enumerated() {
      let scores = predictions[row * outputs..<(row + 1) * outputs]
      let best = scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex
      confidences.append(Double(scores[best]))
      outcomes.append(best - scores.startIndex == Int(target))
      let probability = Double(scores[scores.startIndex + Int(target)])
      logLoss -= log(max(probability, leastProbability))
    }
    logLoss /= Double(targets.count)
    let reliability = ReliabilityDiagram(confidences: confidences, outcomes: outcomes)
    var values = [
      "loss": logLoss, "logLoss": logLoss,
      "accuracy": Double(outcomes.count(where: \.self)) / Double(targets.count),
      "brier": brierScore(probabilities: predictions, targets: targets),
    ]
    values["calibrationError"] = reliability.calibrationError
    let ranks = TargetRanks(scores: predictions, targets: targets)
    for k in [3, 5, 10, 20] where k < outputs {
      values["hitRate\(k)"] = ranks.hitRate(at: k)
      values["ndcg\(k)"] = ranks.normalizedGain(at: k)
    }
    return values
  }

  private static func numeric(
    _ predictions: [Float], _ targets: [Float], _ loss: Loss
  ) -> [String: Double] {
    let errors = zip(predictions, targets).map { Double($0) - Double($1) }
    let squared = errors.reduce(0) { $0 + $1 * $1 } / Double(targets.count)
    let absolute = errors.reduce(0) { $0 + abs($1) } / Double(targets.count)
    var values = [
      "mse": squared, "rmse": squared.squareRoot(), "mae": absolute,
      "loss": loss == .meanSquaredError ? squared : absolute,
    ]
    values["r2"] = coefficientOfDetermination(predictions: predictions, targets: targets)
    return values
  }
}
