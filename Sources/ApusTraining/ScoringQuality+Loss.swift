public import ApusCompute
internal import ApusMetrics
public import ApusModel

extension ScoringQuality {
  /// The one number that suits a loss: the AUC of two classes (or the accuracy where only one
  /// occurs), the accuracy of several, the root mean squared error of a number.
  ///
  /// - Parameters:
  ///   - predictions: `targets.count` x `outputs` numbers, row by row.
  ///   - targets: one target for each row.
  ///   - loss: the loss that the model was trained with.
  /// - Precondition: there is a row, and as many predictions for each.
  public init(predictions: [Float], targets: [Float], loss: Loss) {
    if loss == .binaryCrossEntropy {
      let curve = RankCurve(
        scores: predictions.map(Double.init), isPositive: targets.map { $0 >= 0.5 })
      if let area = curve.areaUnderCurve {
        self.init(.auc, area)
        return
      }
    }
    let metrics = Metrics(predictions: predictions, targets: targets, loss: loss)
    if let accuracy = metrics["accuracy"] {
      self.init(.accuracy, accuracy)
    } else {
      self.init(.rmse, metrics["rmse"] ?? .nan)
    }
  }
}
