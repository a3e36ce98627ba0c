public import ApusModel

/// All that a search depends on: two with equal plans have the same trials and the same winner.
public struct SearchPlan: Hashable, Sendable, Codable {
  /// What trials choose from.
  public let space: SearchSpace
  /// How many run for how long.
  public let schedule: HalvingSchedule
  /// The metric of the validation rows by which they are judged.
  public let metric: String
  /// The seed of trials and runs.
  public let seed: UInt64
  /// The words that say what else is trained, the same for all trials.
  public let arguments: [String]
  /// The digest of the data's file.
  public let data: Digest

  /// Makes a plan.
  public init(
    space: SearchSpace, schedule: HalvingSchedule, metric: String, seed: UInt64,
    arguments: [String], data: Digest
  ) {
    self.space = space
    self.schedule = schedule
    self.metric = metric
    self.seed = seed
    self.arguments = arguments
    self.data = data
  }

  /// Whether an outcome is better than another; of equal ones the earlier trial is.
  func isBetter(_ left: TrialOutcome, _ right: TrialOutcome) -> Bool {
    let sign = Metrics.errors.contains(metric) ? 1.0 : -1
    let (one, other) = (left.metrics[metric] ?? .nan, right.metrics[metric] ?? .nan)
    // What has no such metric is behind all that have.
    if one.isNaN != other.isNaN { return other.isNaN }
    if one != other, !one.isNaN { return sign * one < sign * other }
    return left.trial.number < right.trial.number
  }

  /// What differs from `other`, in a few words each.
  func differences(from other: SearchPlan) -> [String] {
    [
      (space == other.space, "the search space differs"),
      (schedule == other.schedule, "trials, epochs or brackets differ"),
      (metric == other.metric, "the metric is \(metric), not \(other.metric)"),
      (seed == other.seed, "the seed is \(seed), not \(other.seed)"),
      (
        arguments == other.arguments,
        "the options are \(arguments.joined(separator: " ")), not"
          + " \(other.arguments.joined(separator: " "))"
      ),
      (data == other.data, "the data differ"),
    ].compactMap { isEqual, sentence in isEqual ? nil : sentence }
  }
}
