/// Gradient clipping by the global norm (Pascanu et al. 2013).
///
/// ```
/// s = g₁·g₁ + g₂·g₂ + ...                      sums of squares in a fixed order
/// factor = limit / max(sqrt(s), limit)         a scalar, at most 1
/// ```
extension Graph {
  /// Appends nodes that scale tensors together so that their common norm is at most `limit`.
  ///
  /// - Parameters:
  ///   - gradients: the nodes, of any shapes.
  ///   - limit: the greatest norm.
  /// - Returns: a scaled node for each, of its shape; NaN where the norm is NaN.
  /// - Throws: never in practice; the shapes fit by construction.
  public mutating func limitingNorm(
    of gradients: [NodeID], to limit: Float
  ) throws(ComputeError) -> [NodeID] {
    precondition(limit > 0, "a norm's limit must be positive, not \(limit)")
    var total: NodeID?
    for gradient in gradients {
      let squares = try add(.binary(.multiply), [gradient, gradient])
      let sum = try add(.reduce(Reduction(.sum, .all)), [squares])
      total = if let total { try add(.binary(.add), [total, sum]) } else { sum }
    }
    guard let total else { return [] }
    let factor = try add(.normLimit(limit), [total])
    var scaled: [NodeID] = []
    for gradient in gradients { scaled.append(try add(.binary(.multiply), [gradient, factor])) }
    return scaled
  }
}
