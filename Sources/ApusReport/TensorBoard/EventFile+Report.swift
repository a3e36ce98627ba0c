public import ApusTraining

extension EventFile {
  /// The scalars of a run: the losses and validation metrics of each epoch, and the metrics of the
  /// held parts at the epoch of the weights.
  ///
  /// ```
  /// loss/training   loss/validation   validation/auc ...   test/auc ...
  /// ```
  ///
  /// - Parameters:
  ///   - course: how the run went.
  ///   - metrics: the metrics by part and name.
  ///   - time: the wall time of the run's beginning, in seconds since 1970.
  public init(
    _ course: RunReport.Course, metrics: [String: [String: Double]], time: Double
  ) {
    self.init(time: time)
    var now = time
    for record in course.epochs {
      now += record.seconds
      append(record, time: now)
    }
    var held: [String: Double] = [:]
    for (part, values) in metrics where part != "validation" {
      for (name, value) in values { held["\(part)/\(name)"] = value }
    }
    if !held.isEmpty { append(held, step: course.bestEpoch, time: now) }
  }

  /// Appends the losses and validation metrics of an epoch.
  ///
  /// - Parameters:
  ///   - record: what the epoch did.
  ///   - time: the wall time of its end, in seconds since 1970.
  public mutating func append(_ record: EpochRecord, time: Double) {
    var scalars = ["loss/training": record.trainingLoss]
    scalars["loss/validation"] = record.validationLoss
    for (name, value) in record.metrics where name != "loss" {
      scalars["validation/\(name)"] = value
    }
    append(scalars, step: record.epoch, time: time)
  }
}
