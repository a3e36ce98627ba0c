/// A random search with successive halving: says which trial to run next and takes its outcome.
///
/// It is a value without a clock or a device: the same plan and outcomes lead to the same trials.
public struct HyperparameterSearch: Sendable {
  /// What is to be done next.
  public enum Action: Hashable, Sendable {
    /// Run a trial, on from where it was, until it has run so many epochs.
    case run(Trial, epochs: Int)
    /// Nothing: the search is over.
    case finish
  }

  /// What is searched.
  public let plan: SearchPlan
  /// All outcomes, in the order in which they came.
  public private(set) var outcomes: [TrialOutcome] = []

  /// The bracket and the rung in hand, counted from 0.
  private var (bracket, rung) = (0, 0)
  /// The trials that are still to run on the rung, the next one last.
  private var waiting: [Trial] = []

  /// Stands before the first trial.
  public init(_ plan: SearchPlan) {
    self.plan = plan
    waiting = trials(ofBracket: 0)
  }

  /// What is to be done next.
  public var next: Action {
    guard let trial = waiting.last else { return .finish }
    return .run(trial, epochs: plan.schedule.brackets[bracket][rung].epochs)
  }

  /// Takes the outcome of the trial that `next` says.
  ///
  /// - Parameter outcome: how it stands.
  /// - Returns: the trials that will not go on and are not the best, whose state can be dropped.
  /// - Precondition: it is of that trial and rung.
  public mutating func record(_ outcome: TrialOutcome) -> [Trial] {
    precondition(
      next == .run(outcome.trial, epochs: outcome.epochs),
      "an outcome of trial \(outcome.trial.number) after \(outcome.epochs) epochs, where \(next)"
        + " was due")
    let former = best?.trial
    outcomes.append(outcome)
    waiting.removeLast()
    guard waiting.isEmpty else { return [] }
    let rungs = plan.schedule.brackets[bracket]
    let finished = outcomes.filter {
      $0.trial.bracket == bracket + 1 && $0.epochs == rungs[rung].epochs
    }
    rung += 1
    if rung < rungs.count {
      waiting = finished.filter { $0.failure == nil }.sorted(by: plan.isBetter)
        .prefix(rungs[rung].trials).map(\.trial)
        .sorted { $0.number > $1.number }
    }
    let going = Set(waiting.map(\.number) + [best?.trial.number].compactMap(\.self))
    if waiting.isEmpty {
      (bracket, rung) = (bracket + 1, 0)
      waiting = trials(ofBracket: bracket)
    }
    return (finished.map(\.trial) + [former].compactMap(\.self))
      .filter { !going.contains($0.number) }
  }

  /// The best outcome so far: of those after the most epochs; nil where all failed.
  public var best: TrialOutcome? {
    let sound = outcomes.filter { $0.failure == nil }
    let epochs = sound.map(\.epochs).max()
    return sound.filter { $0.epochs == epochs }.min(by: plan.isBetter)
  }

  /// The last outcome of each trial, the best first, then those that stopped earlier and failures.
  public var ranking: [TrialOutcome] {
    var last: [Int: TrialOutcome] = [:]
    for outcome in outcomes { last[outcome.trial.number] = outcome }
    return last.values.sorted { left, right in
      if (left.failure == nil) != (right.failure == nil) { return left.failure == nil }
      if left.epochs != right.epochs { return left.epochs > right.epochs }
      return plan.isBetter(left, right)
    }
  }

  /// The trials that a bracket begins with, the first one last; none behind the last bracket.
  private func trials(ofBracket bracket: Int) -> [Trial] {
    let brackets = plan.schedule.brackets
    guard bracket < brackets.count else { return [] }
    let before = brackets[..<bracket].reduce(0) { $0 + $1[0].trials }
    return (1...brackets[bracket][0].trials).reversed().map { place in
      Trial(
        number: before + place, bracket: bracket + 1,
        settings: plan.space.settings(ofTrial: before + place, seed: plan.seed))
    }
  }
}
