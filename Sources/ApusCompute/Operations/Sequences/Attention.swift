/// Scaled dot-product attention with several heads.
///
/// ```
/// o[t] = sum over s of softmax over s of (q[t] k[s] / sqrt(d)) v[s]        in each head
/// ```
/// Shapes: projections batch(steps, 3 heads d), the queries of all heads, then the keys, then the
/// values; result batch(steps, heads d). Only steps s before the row's length count, and where
/// attention is causal only those up to t; a step for which none counts gets zeros.
/// Source: Vaswani et al., "Attention Is All You Need", 2017.
public struct Attention: Hashable, Sendable, Codable {
  /// The number of heads.
  public let heads: Int
  /// Whether a step sees only itself and those before it.
  public let isCausal: Bool

  /// Describes an attention.
  ///
  /// - Precondition: there is a head.
  public init(heads: Int, isCausal: Bool = false) {
    precondition(heads > 0, "attention needs at least one head, not \(heads)")
    self.heads = heads
    self.isCausal = isCausal
  }

  func shape(_ projections: Shape) -> Shape? {
    guard projections.isBatched, projections.dimensions.count == 2, heads > 0,
      projections.columns % 3 == 0, projections.columns / 3 % heads == 0
    else { return nil }
    return projections.with(columns: projections.columns / 3)
  }
}

extension Attention: CustomStringConvertible {
  /// The heads, and whether they look ahead.
  public var description: String {
    "attention with \(heads) heads" + (isCausal ? ", causal" : "")
  }
}
