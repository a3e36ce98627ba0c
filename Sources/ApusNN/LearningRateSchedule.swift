#if canImport(Glibc)
internal import Glibc
#endif

/// How the learning rate goes through a run: a factor on the optimizer's rate for each step.
///
/// ```
/// factor 1 |    ______            warm-up in a line, then the course
///          |   /      ‾‾‾--__
///          |  /              ‾-_
///          | /                  ‾‾--  least
///          +-------------------------> steps
/// ```
public struct LearningRateSchedule: Hashable, Sendable, Codable {
  /// What the rate does after the warm-up.
  public enum Course: Hashable, Sendable, Codable {
    /// It stays.
    case constant
    /// It is multiplied by `factor` after each `epochs` epochs.
    case step(epochs: Int, factor: Double)
    /// It falls to `least` of itself at the run's last step, along half a cosine (Loshchilov and
    /// Hutter 2017, without restarts): `least + (1 - least) (1 + cos(π t)) / 2`.
    case cosine(least: Double)
    /// It is multiplied by `factor` whenever the validation loss has not improved for `patience`
    /// epochs, down to `least` of itself.
    case plateau(patience: Int, factor: Double, least: Double)
  }

  /// Where in a run a step is.
  public struct Position: Hashable, Sendable {
    /// The steps done before it.
    public var step: Int
    /// The steps of an epoch.
    public var stepsPerEpoch: Int
    /// The epochs of the whole run.
    public var epochs: Int
    /// The times that the validation loss reached a plateau.
    public var plateaus: Int

    /// Makes a position.
    public init(step: Int, stepsPerEpoch: Int, epochs: Int, plateaus: Int = 0) {
      self.step = step
      self.stepsPerEpoch = stepsPerEpoch
      self.epochs = epochs
      self.plateaus = plateaus
    }
  }

  /// The steps over which the factor rises from near 0 to 1 (Goyal and others 2017); 0 for none.
  public var warmUpSteps: Int
  /// What the rate does then.
  public var course: Course

  /// The same rate for every step.
  public static let constant = LearningRateSchedule(.constant)

  /// Makes a schedule.
  ///
  /// - Precondition: counts are positive, the warm-up's not negative, and factors are in 0...1.
  public init(_ course: Course, warmUpSteps: Int = 0) {
    let (count, factors) =
      switch course {
      case .constant: (1, [0.0])
      case .step(let epochs, let factor): (epochs, [factor])
      case .cosine(let least): (1, [least])
      case .plateau(let patience, let factor, let least): (patience, [factor, least])
      }
    precondition(
      warmUpSteps >= 0 && count > 0 && factors.allSatisfy { 0...1 ~= $0 },
      "a schedule's counts are positive and its factors in 0...1: \(course), \(warmUpSteps)")
    self.warmUpSteps = warmUpSteps
    self.course = course
  }

  /// The factor on the learning rate at a step.
  ///
  /// The course counts from the run's first step, so a warm-up replaces its beginning; the cosine
  /// alone begins after the warm-up.
  public func factor(at position: Position) -> Double {
    if position.step < warmUpSteps { return Double(position.step + 1) / Double(warmUpSteps) }
    switch course {
    case .constant: return 1
    case .step(let epochs, let factor):
      return Self.power(factor, position.step / position.stepsPerEpoch / epochs)
    case .cosine(let least):
      let last = position.stepsPerEpoch * position.epochs - 1 - warmUpSteps
      let progress = min(Double(position.step - warmUpSteps) / Double(max(last, 1)), 1)
      return least + (1 - least) * (1 + cos(.pi * progress)) / 2
    case .plateau(_, let factor, let least):
      return max(Self.power(factor, position.plateaus), least)
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }
}

extension LearningRateSchedule: CustomStringConvertible {
  /// The schedule in a few words, such as `cosine to 0.0 after 500 steps of warm-up`.
  public var description: String {
    let text =
      switch course {
      case .constant: "constant"
      case .step(let epochs, let factor): "times \(factor) every \(epochs) epochs"
      case .cosine(let least): "cosine to \(least)"
      case .plateau(let patience, let factor, let least):
        "times \(factor) after \(patience) epochs without improvement, to \(least)"
      }
    return warmUpSteps == 0 ? text : "\(text) after \(warmUpSteps) steps of warm-up"
  }
}
