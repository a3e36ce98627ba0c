/// What draws a parameter towards 0 in each step of an optimizer, beside the gradient of the loss.
///
/// ```
/// g' = g + λ₁ sign(w) + λ₂ w        then the rule moves w' = (1 - lr δ) w along g'
/// ```
/// λ₁ and λ₂ are the gradients of `λ₁ |w|` and `λ₂ w² / 2`, so an adaptive rule scales them like
/// any gradient. The decay δ is decoupled from the rule (Loshchilov and Hutter 2019): with Adam it
/// makes AdamW.
public struct Penalty: Hashable, Sendable, Codable {
  /// λ₁.
  public var l1: Float
  /// λ₂.
  public var l2: Float
  /// δ, of which each step takes the share of its learning rate.
  public var decay: Float

  /// Nothing draws.
  public static let none = Penalty()

  /// Makes a penalty.
  ///
  /// - Precondition: no number is negative.
  public init(l1: Float = 0, l2: Float = 0, decay: Float = 0) {
    precondition(
      l1 >= 0 && l2 >= 0 && decay >= 0, "penalties are not negative: \(l1), \(l2), \(decay)")
    self.l1 = l1
    self.l2 = l2
    self.decay = decay
  }
}
