/// How an optimizer moves a parameter w along its gradient g, and the slots that it keeps.
///
/// All rules read the learning rate and Adam's bias corrections from a schedule vector that the
/// caller writes before each step, so that one compiled plan serves every step. A velocity or an
/// average of which less than 2^-100 is left becomes 0: it could not move a parameter, and would
/// decay to denormal numbers, with which CPUs are slow.
public enum UpdateRule: Hashable, Sendable, Codable {
  /// Stochastic gradient descent (Robbins and Monro 1951; momentum: Sutskever et al. 2013).
  ///
  /// Without momentum `w -= lr g`. With momentum μ, `v = μ v - lr g` and `w += v`, or
  /// `w += μ v - lr g` in Nesterov's form.
  case sgd(momentum: Float, nesterov: Bool)
  /// Adagrad (Duchi et al. 2011): `s += g²`, `w -= lr g / (sqrt(s) + ε)`.
  case adagrad(initialSum: Float, epsilon: Float)
  /// RMSprop (Tieleman and Hinton 2012): `s = ρ s + (1-ρ) g²`, `w -= lr g / (sqrt(s) + ε)`.
  case rmsprop(rho: Float, epsilon: Float)
  /// Adam (Kingma and Ba 2015).
  ///
  /// `m = β₁ m + (1-β₁) g`, `v = β₂ v + (1-β₂) g²`, and
  /// `w -= lr (m c₁) / (sqrt(v c₂) + ε)` with `c = 1 / (1 - βᵗ)`.
  case adam(beta1: Float, beta2: Float, epsilon: Float)
  /// Follow the regularised leader, proximal (McMahan et al. 2013, algorithm 1).
  ///
  /// `n' = n + g²`, `z += g - (sqrt(n') - sqrt(n)) / lr w`, and then w is 0 where `|z| <= λ₁`, else
  /// `(sign(z) λ₁ - z) / ((β + sqrt(n')) / lr + λ₂)`. A parameter depends on its start only through
  /// z. TensorFlow's λ₂ is half of this one.
  case ftrl(initialSum: Float, beta: Float, l1: Float, l2: Float)

  /// The names of the per-parameter slots, in operand order.
  public var slots: [String] {
    switch self {
    case .sgd(let momentum, _): momentum == 0 ? [] : ["velocity"]
    case .adagrad: ["squareSum"]
    case .rmsprop: ["squareAverage"]
    case .adam: ["firstMoment", "secondMoment"]
    case .ftrl: ["squareSum", "linear"]
    }
  }

  /// What every element of each slot is before the first step, in the order of `slots`.
  public var initialSlotValues: [Float] {
    switch self {
    case .adagrad(let initialSum, _): [initialSum]
    case .ftrl(let initialSum, _, _, _): [initialSum, 0]
    case .sgd, .rmsprop, .adam: slots.map { _ in 0 }
    }
  }

  /// The shape of the schedule operand.
  public static let scheduleShape = Shape.fixed(3)

  /// The schedule operand of a step: `[learningRate, c₁, c₂]`.
  ///
  /// - Parameters:
  ///   - learningRate: the step's learning rate.
  ///   - step: the number of this step, counted from 1.
  /// - Returns: the elements of an input of `scheduleShape`.
  public func schedule(learningRate: Double, step: Int) -> [Float] {
    var schedule: [Float] = []
    appendSchedule(to: &schedule, learningRate: learningRate, step: step)
    return schedule
  }

  /// Appends what `schedule(learningRate:step:)` says.
  public func appendSchedule(to values: inout [Float], learningRate: Double, step: Int) {
    precondition(step >= 1, "steps are counted from 1, not \(step)")
    values.append(Float(learningRate))
    if case .adam(let beta1, let beta2, _) = self {
      values.append(Self.correction(beta1, step: step))
      values.append(Self.correction(beta2, step: step))
    } else {
      values.append(1)
      values.append(1)
    }
  }

  /// `1 / (1 - βᵗ)`, by squaring: the same bits on every platform, unlike pow.
  private static func correction(_ beta: Float, step: Int) -> Float {
    var (power, base, exponent) = (1.0, Double(beta), step)
    while exponent > 0 {
      if exponent & 1 == 1 { power *= base }
      base *= base
      exponent >>= 1
    }
    return Float(1 / (1 - power))
  }
}
