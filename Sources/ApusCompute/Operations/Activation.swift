/// A function applied to each element.
public enum Activation: String, Hashable, Sendable, Codable, CaseIterable {
  /// `x`.
  case identity
  /// `max(x, 0)`.
  case relu
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// `tanh(x)`.
  case tanh
  /// `log(1 + exp(x))`, computed as `max(x, 0) + log1p(exp(-|x|))`.
  case softplus
  /// `x / 2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x³)))` (Hendrycks and Gimpel 2016, tanh form).
  case gelu

  /// The tensor from which the derivative is computed.
  public enum Saved: Hashable, Sendable {
    /// `f(x)`, so that x itself need not be kept and the forward pass can be fused.
    case output
    /// `x`.
    case input
  }

  /// Which tensor the derivative is computed from.
  ///
  /// ```
  /// identity  1          relu     y > 0        sigmoid  y (1 - y)
  /// tanh      1 - y²     softplus 1 - exp(-y)  gelu     from x
  /// ```
  public var saved: Saved { self == .gelu ? .input : .output }
}
