/// How an optimizer moves a parameter w along its gradient g, and the slots that it keeps.
///
/// All rules read the learning rate and Adam's bias corrections from a schedule vector that the
/// caller writes before each step, so that one compiled plan serves every step.
public enum UpdateRule: Hashable, Sendable, Codable {
  /// Stochastic gradient descent (Robbins and Monro 1951; momentum: Sutskever et al. 2013).
  ///
  /// Without momentum `w -= lr g`. With momentum μ, `v = μ v - lr g` and `w += v`, or
  /// `w += μ v - lr g` in Nesterov's form.
  case sgd(momentum: Float, nesterov: Bool)
  /// RMSprop (Tieleman and Hinton 2012): `s = ρ s + (1-ρ) g²`, `w -= lr g / (sqrt(s) + ε)`.
  case rmsprop(rho: Float, epsilon: Float)
  /// Adam (Kingma and Ba 2015).
  ///
  /// `m = β₁ m + (1-β₁) g`, `v = β₂ v + (1-β₂) g²`, and
  /// `w -= lr (m c₁) / (sqrt(v c₂) + ε)` with `c = 1 / (1 - βᵗ)`.
  case adam(beta1: Float, beta2: Float, epsilon: Float)

  /// The names of the per-parameter slots, in operand order.
  public var slots: [String] {
    switch self {
    case .sgd(let momentum, _): momentum == 0 ? [] : ["velocity"]
    case .rmsprop: ["squareAverage"]
    case .adam: ["firstMoment", "secondMoment"]
    }
  }

  /// The shape of the schedule operand.
  public static let scheduleShape = Shape.fixed(3)

  /// The schedule operand of a step: `[learningRate, c₁, c₂]`.
  ///
  /// - Parameters:
  ///   - learningRate: the step's learning rate.
  ///   - step: the number of this step, counted from 1.
  /// - Returns: three numbers for an input of `scheduleShape`.
  public func schedule(learningRate: Double, step: Int) -> [Float] {
    precondition(step >= 1, "steps are counted from 1, not \(step)")
    guard case .adam(let beta1, let beta2, _) = self else { return [Float(learningRate), 1, 1] }
    func correction(_ beta: Float) -> Float {
      // Exponentiation by squaring: the same bits on every platform, unlike pow.
      var (power, base, exponent) = (1.0, Double(beta), step)
      while exponent > 0 {
        if exponent & 1 == 1 { power *= base }
        base *= base
        exponent >>= 1
      }
      return Float(1 / (1 - power))
    }
    return [Float(learningRate), correction(beta1), correction(beta2)]
  }
}
