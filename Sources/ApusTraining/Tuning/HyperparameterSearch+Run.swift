extension HyperparameterSearch {
  /// Takes the outcomes of a journal, so that the search stands where they leave it.
  ///
  /// - Throws: `CheckpointError` as `SearchJournal.outcomes(of:)` does, or `damaged` for an outcome
  ///   that was not due.
  public mutating func replay(_ journal: SearchJournal) throws(CheckpointError) {
    guard let kept = try journal.outcomes(of: plan) else { return try journal.begin(plan) }
    for (index, outcome) in kept.enumerated() {
      guard next == .run(outcome.trial, epochs: outcome.epochs) else {
        // The head is the first line.
        throw journal.damaged(line: index + 2)
      }
      _ = record(outcome)
    }
  }

  /// Runs what is left of the search, and keeps each outcome before the next trial begins.
  ///
  /// - Parameters:
  ///   - journal: where outcomes are kept.
  ///   - evaluate: runs a trial until it has run so many epochs; a failure of the trial is an
  ///     outcome, and what it throws ends the search.
  ///   - didRecord: is told each outcome, and the trials that will not go on.
  /// - Throws: what `evaluate` throws, or `CheckpointError.unwritable`.
  public mutating func run(
    keeping journal: SearchJournal, evaluate: (Trial, _ epochs: Int) throws -> TrialOutcome,
    didRecord: (_ outcome: TrialOutcome, _ search: HyperparameterSearch, _ retired: [Trial]) -> Void
  ) throws {
    while case .run(let trial, let epochs) = next {
      let outcome = try evaluate(trial, epochs)
      try journal.append(outcome)
      let retired = record(outcome)
      didRecord(outcome, self, retired)
    }
  }
}
