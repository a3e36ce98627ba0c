internal import ApusCompute
internal import ApusData
internal import ApusTraining
internal import ArgumentParser
internal import FoundationEssentials

/// Performs a search: trains what it says on one device, and keeps what comes of it.
///
/// ```
/// folder/journal.jsonl    the outcomes
///        trial-7/         the checkpoints of a trial that may go on
///        tune.html        the picture
/// ```
struct TuneRun {
  /// What is searched.
  let plan: SearchPlan
  /// The words of trials.
  let arguments: TuneArguments
  /// The device of all trials.
  let device: DeviceOptions
  /// The folder of the search.
  let folder: String
  /// Who watches, and may end it.
  let progress: TrainingProgress

  /// Runs what is left of the search.
  ///
  /// - Parameters:
  ///   - table: the rows.
  ///   - backend: the device that trains.
  ///   - resumes: whether to go on with a search in the folder.
  /// - Returns: the search at its end.
  /// - Throws: what ends a search: an unreadable folder, a fault of the data or the device, an
  ///   interruption. A trial that diverges, or whose net cannot be, does not.
  func run(
    on table: SearchTable, backend: any Backend, resumes: Bool
  ) throws -> HyperparameterSearch {
    var search = HyperparameterSearch(plan)
    let journal = SearchJournal(in: folder)
    if resumes { try search.replay(journal) } else { try journal.begin(plan) }
    Terminal.report(
      "\(plan.schedule.trialCount) trials, at most \(plan.schedule.epochCount) epochs, with"
        + " \(backend.device), seed \(plan.seed)"
        + (search.outcomes.isEmpty ? "" : "; \(search.outcomes.count) outcomes are there"))
    try search.run(keeping: journal) { trial, epochs in
      try outcome(of: trial, after: epochs, on: table, backend)
    } didRecord: { outcome, search, retired in
      report(outcome, isBest: outcome == search.best)
      for trial in retired { try? FileManager.default.removeItem(atPath: path(of: trial)) }
    }
    return search
  }

  /// When and where a trial's run is kept, and the epoch after which it pauses, if any.
  func checkpoints(of trial: Trial, through epochs: Int?) -> CheckpointPlan {
    var plan = CheckpointPlan(folder: path(of: trial), resumes: true, failure: .stop)
    plan.pauseEpoch = epochs
    return plan
  }

  /// The options of a trial.
  ///
  /// - Throws: `Failure` where values that are right alone are wrong together.
  func options(of trial: Trial) throws -> TrainingOptions {
    let words = arguments.words(of: trial, in: plan.space)
    do {
      return try TrainingOptions.parse(words)
    } catch {
      throw Failure.usage("trial \(trial.number): \(TrainingOptions.message(for: error))")
    }
  }

  private func path(of trial: Trial) -> String { "\(folder)/trial-\(trial.number)" }

  private func outcome(
    of trial: Trial, after epochs: Int, on table: SearchTable, _ backend: any Backend
  ) throws -> TrialOutcome {
    let options = try options(of: trial)
    defer { progress.end() }
    do {
      let records = try options.recipe.course(
        on: table, backend: backend, checkpoints: checkpoints(of: trial, through: epochs),
        observer: progress)
      let outcome = TrialOutcome(trial, epochs: epochs, records: records)
      guard outcome.failure != nil || outcome.metrics[plan.metric] != nil else {
        throw Failure.usage(
          "the validation rows have no \(plan.metric); --metric takes one of "
            + outcome.metrics.keys.sorted().joined(separator: ", "))
      }
      return outcome
    } catch let error as DivergedError {
      return TrialOutcome(trial, epochs: epochs, failure: "\(error)")
    } catch let error as ComputeError where error.code == .shapeMismatch {
      return TrialOutcome(trial, epochs: epochs, failure: "\(error)")
    }
  }

  private func report(_ outcome: TrialOutcome, isBest: Bool) {
    let result =
      outcome.failure
      ?? "\(plan.metric) \(outcome.metrics[plan.metric].map(TuneTable.text) ?? "–")"
      + (isBest ? ", best so far" : "")
    Terminal.report(
      "trial \(outcome.trial.number), \(outcome.epochs) epochs: \(result)")
  }
}
