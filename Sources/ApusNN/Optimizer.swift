public import ApusCompute

/// An update rule with its learning rate.
///
/// Defaults are those of the Keras reference, whose tutorials' nets then train alike.
public struct Optimizer: Hashable, Sendable, Codable {
  /// How parameters move.
  public let rule: UpdateRule
  /// The step size.
  public var learningRate: Double

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
}
