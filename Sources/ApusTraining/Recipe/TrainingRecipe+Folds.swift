internal import ApusCompute
internal import ApusData
internal import ApusModel

extension TrainingRecipe {
  /// Trains once for each fold of all rows but those of the test, and judges each net on the rows
  /// that it did not see.
  ///
  /// A fold is a run like any other: features, calibration and threshold are fitted to its own
  /// rows.
  ///
  /// - Parameters:
  ///   - data: the clean table.
  ///   - split: the rows for training, for validation and for the test.
  ///   - count: the number of folds.
  ///   - backend: the device that trains.
  ///   - checkpoints: when and where runs are kept, each in a folder inside; nil for never.
  ///   - observer: who watches.
  /// - Returns: the metrics of each fold and over all.
  /// - Throws: what training throws, or `InterruptedError` where a run is not kept.
  func crossValidated(
    _ data: RecipeData, besides split: Split, folds count: Int, backend: any Backend,
    checkpoints: CheckpointPlan?, observer: (any TrainingObserver)?
  ) throws -> CrossValidationReport {
    let splits = try data.folds(count, besides: split, by: self)
    let folds = try splits.enumerated().map { index, split in
      observer?.didBegin(fold: index + 1, of: count)
      var kept = checkpoints
      kept?.folder += "/fold-\(index + 1)"
      let run = try RecipeRun(self, on: data, split: split, backend: backend)
      let result = try run.train(checkpoints: kept, observer: observer)
      guard result.ending != .interrupted else {
        throw InterruptedError(fold: index + 1, count: count)
      }
      return CrossValidationReport.Fold(
        split: [split.train.count, split.validation.count, split.test.count],
        epochsRun: result.epochs.count, bestEpoch: result.bestEpoch,
        metrics: try run.model(of: result).metrics(of: run.test)?.values ?? [:])
    }
    observer?.didFinishFolds()
    return CrossValidationReport(rule: self.split.rawValue, folds: folds)
  }
}

/// A cross-validation that was interrupted and is not kept.
public struct InterruptedError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The fold in hand, counted from 1.
  public let fold: Int
  /// The number of folds.
  public let count: Int

  /// The place, and how to keep such a run.
  public var description: String {
    "interrupted in fold \(fold) of \(count); with --checkpoint-dir such a run is kept, and"
      + " --resume goes on with it"
  }
}
