/// Rows shifted and scaled to mean 0 and variance 1: `y = (x - mean) / sqrt(variance + ε)`.
///
/// Mean and variance are those of the columns of a row, the variance that of the whole. The
/// gradient, from the upstream gradient g: `(g - mean(g) - y mean(g y)) / sqrt(variance + ε)`.
/// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
public struct Normalization: Hashable, Sendable, Codable {
  /// What is added to the variance.
  public let epsilon: Float

  /// Makes a normalization.
  ///
  /// - Precondition: epsilon is positive.
  public init(epsilon: Float) {
    precondition(epsilon > 0, "an epsilon that is positive, not \(epsilon)")
    self.epsilon = epsilon
  }
}
