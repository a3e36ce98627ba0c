public import ApusCompute

/// An update rule with all that a run tells it.
///
/// Defaults are those of the Keras reference, whose tutorials' nets then train alike.
public struct Optimizer: Hashable, Sendable, Codable {
  /// How parameters move.
  public let rule: UpdateRule
  /// The step size, before its schedule.
  public var learningRate: Double
  /// How the step size goes through the run.
  public var schedule = LearningRateSchedule.constant
  /// What draws weights to 0; vectors, such as biases and the scales of norms, are spared.
  public var penalty = Penalty.none
  /// The greatest norm of all gradients together, beyond which they are scaled down; nil for none.
  public var gradientNormLimit: Float?

  /// Makes an optimizer from a rule.
  public init(_ rule: UpdateRule, learningRate: Double) {
    self.rule = rule
    self.learningRate = learningRate
  }

  /// Stochastic gradient descent, optionally with momentum.
  public static func sgd(
    learningRate: Double = 0.01,
    momentum: Float = 0,
    nesterov: Bool = false
  ) -> Optimizer {
    Optimizer(.sgd(momentum: momentum, nesterov: nesterov), learningRate: learningRate)
  }

  /// Adagrad.
  public static func adagrad(
    learningRate: Double = 0.001,
    initialSum: Float = 0.1,
    epsilon: Float = 1e-7
  ) -> Optimizer {
    Optimizer(.adagrad(initialSum: initialSum, epsilon: epsilon), learningRate: learningRate)
  }

  /// RMSprop.
  public static func rmsprop(
    learningRate: Double = 0.001,
    rho: Float = 0.9,
    epsilon: Float = 1e-7
  ) -> Optimizer {
    Optimizer(.rmsprop(rho: rho, epsilon: epsilon), learningRate: learningRate)
  }

  /// Adam.
  public static func adam(
    learningRate: Double = 0.001,
    beta1: Float = 0.9,
    beta2: Float = 0.999,
    epsilon: Float = 1e-7
  ) -> Optimizer {
    Optimizer(.adam(beta1: beta1, beta2: beta2, epsilon: epsilon), learningRate: learningRate)
  }

  /// Adam with decoupled weight decay.
  public static func adamW(
    learningRate: Double = 0.001,
    decay: Float = 0.004,
    beta1: Float = 0.9,
    beta2: Float = 0.999,
    epsilon: Float = 1e-7
  ) -> Optimizer {
    var optimizer = adam(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    optimizer.penalty.decay = decay
    return optimizer
  }

  /// Follow the regularised leader, proximal.
  public static func ftrl(
    learningRate: Double = 0.001,
    initialSum: Float = 0.1,
    beta: Float = 0,
    l1: Float = 0,
    l2: Float = 0
  ) -> Optimizer {
    Optimizer(
      .ftrl(initialSum: initialSum, beta: beta, l1: l1, l2: l2), learningRate: learningRate)
  }
}

extension Optimizer: CustomStringConvertible {
  /// The rule, the rate, and what else is told.
  public var description: String {
    var parts = ["\(rule)", "learning rate \(learningRate)"]
    if schedule != .constant { parts.append("\(schedule)") }
    if penalty != .none { parts.append("\(penalty)") }
    if let gradientNormLimit { parts.append("gradient norm at most \(gradientNormLimit)") }
    return parts.joined(separator: ", ")
  }
}
