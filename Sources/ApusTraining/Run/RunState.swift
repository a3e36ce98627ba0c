internal import ApusNN

/// Where a run stands between two steps: with the variables, all that its future depends on.
///
/// The order of an epoch's rows is drawn from a counter, so the place in it is a number.
struct RunState: Hashable, Sendable, Codable {
  /// The steps done.
  private(set) var step = 0
  /// The epoch in hand, counted from 1.
  private(set) var epoch = 1
  /// The rows of the epoch that are done.
  private(set) var rowsDone = 0
  /// Why the run is over; nil while it is not.
  private(set) var ending: TrainingResult.Ending?
  /// The best epoch, and the patience left.
  private(set) var stopping: EarlyStopping
  /// The plateaus of the validation loss.
  private(set) var plateau = Plateau()
  /// The epochs that are done.
  private(set) var records: [EpochRecord] = []
  /// The time that processes before this one took.
  var secondsBefore = 0.0

  private var lossSum = 0.0

  /// Stands before the first step.
  init(patience: Int?) { stopping = EarlyStopping(patience: patience) }

  /// Records steps of which each saw `batchSize` rows, the epoch's last one fewer.
  ///
  /// - Parameters:
  ///   - losses: the mean loss of each.
  ///   - rows: the rows of all of them.
  ///   - batchSize: the rows of a step.
  mutating func record(_ losses: [Float], rows: Int, batchSize: Int) {
    var left = rows
    for loss in losses {
      lossSum += Double(loss) * Double(min(batchSize, left))
      left -= batchSize
    }
    step += losses.count
    rowsDone += rows
  }

  /// Ends the epoch.
  ///
  /// - Parameters:
  ///   - held: the metrics on the validation rows, where there are some.
  ///   - seconds: the time that the epoch took.
  ///   - configuration: what the run is told.
  ///   - isInterrupted: whether this epoch is to be the last.
  /// - Returns: the epoch's record.
  mutating func finishEpoch(
    held: Metrics?, seconds: Double, configuration: TrainingConfiguration,
    isInterrupted: Bool
  ) -> EpochRecord {
    let validationLoss = held.map { $0["loss"] ?? .nan }
    let trainingLoss = lossSum / Double(rowsDone)
    let verdict = stopping.record(validationLoss ?? -Double(epoch))
    if case .plateau(let patience, _, _) = configuration.optimizer.schedule.course {
      plateau.record(validationLoss ?? trainingLoss, patience: patience)
    }
    let record = EpochRecord(
      epoch: epoch, trainingLoss: trainingLoss, validationLoss: validationLoss,
      metrics: held?.values ?? [:], seconds: seconds, isBest: verdict == .improved)
    records.append(record)
    if isInterrupted {
      ending = .interrupted
    } else if verdict == .exhausted {
      ending = .stoppedEarly
    } else if epoch == configuration.epochs {
      ending = .completed
    }
    epoch += 1
    rowsDone = 0
    lossSum = 0
    return record
  }
}
