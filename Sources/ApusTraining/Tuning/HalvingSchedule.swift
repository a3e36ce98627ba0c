/// How many trials get how many epochs: brackets of successive halving.
///
/// ```
/// 27 trials, 27 epochs, thirds       bracket 1          2          3       4
///                     1 epoch        27 trials
///                     3 epochs        9          12
///                     9 epochs        3           4          6
///                    27 epochs        1           1          2       4
/// ```
///
/// A bracket's first rung runs many trials for a few epochs; of each rung the best `1 / reduction`
/// go on to `reduction` times as many. One bracket is successive halving (Jamieson and Talwalkar,
/// "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016). Further
/// brackets start with fewer trials and more epochs, for nets that learn slowly at first; as many
/// as there are rungs is Hyperband (Li et al., JMLR 18, 2018), where bracket b of B has
/// `⌈n B / (B - b) / reduction^b⌉` trials, b counted from 0.
public struct HalvingSchedule: Hashable, Sendable, Codable {
  /// Some trials that run for as many epochs.
  public struct Rung: Hashable, Sendable, Codable {
    /// The epochs that a trial has run at its end.
    public let epochs: Int
    /// The most trials on it.
    public let trials: Int
  }

  /// The rungs of each bracket, the first epochs first.
  public let brackets: [[Rung]]

  /// Lays out a search.
  ///
  /// - Parameters:
  ///   - trials: the trials of the first bracket.
  ///   - epochs: the epochs of the last rung, from which the others are divided down.
  ///   - firstEpochs: the least epochs of a rung.
  ///   - reduction: what epochs are multiplied by from rung to rung, and trials divided by; 3 or 4
  ///     are usual.
  ///   - brackets: the most brackets.
  /// - Precondition: all are positive, and `reduction` is 2 or more.
  public init(trials: Int, epochs: Int, firstEpochs: Int, reduction: Int, brackets: Int) {
    precondition(
      trials > 0 && epochs > 0 && firstEpochs > 0 && reduction > 1 && brackets > 0,
      "\(trials) trials, \(epochs) epochs from \(firstEpochs) times \(reduction), \(brackets)"
        + " brackets")
    var budgets = [epochs]
    while let last = budgets.last, last / reduction >= firstEpochs {
      budgets.append(last / reduction)
    }
    budgets.reverse()
    self.brackets = (0..<min(brackets, budgets.count)).map { bracket in
      let rungs = budgets.count - bracket
      var share = 1
      for _ in 0..<bracket { share *= reduction }
      // The quotient is rounded up.
      var count = (trials * budgets.count + rungs * share - 1) / (rungs * share)
      return budgets[bracket...].map { epochs in
        defer { count = max(count / reduction, 1) }
        return Rung(epochs: epochs, trials: count)
      }
    }
  }

  /// The trials of all brackets.
  public var trialCount: Int { brackets.reduce(0) { $0 + $1[0].trials } }

  /// The epochs that a search takes at most, trials that are promoted going on where they were.
  public var epochCount: Int {
    brackets.reduce(0) { sum, rungs in
      var before = 0
      return rungs.reduce(sum) { sum, rung in
        defer { before = rung.epochs }
        return sum + rung.trials * (rung.epochs - before)
      }
    }
  }
}
