/// A matrix product with the work that follows it fused in.
///
/// ```
/// NN   C[m,n] = sum over k of A[m,k] B[k,n]      forward:          X  W
/// NT   C[m,n] = sum over k of A[m,k] B[n,k]      to the input:     dY Wᵀ
/// TN   C[m,n] = sum over k of A[k,m] B[k,n]      to the weight:    Xᵀ dY
/// ```
/// Each element of an NN product is summed over k in an order that its backend fixes for the shape
/// of B, whatever the batch, the blocking and the threads; of NT and TN, which training alone uses,
/// the order may depend on the batch too. Then the epilogue is applied. `2 m n k` operations.
public struct MatMul: Hashable, Sendable, Codable {
  /// Which operands are read transposed.
  public enum Transposition: String, Hashable, Sendable, Codable, CaseIterable {
    /// Neither.
    case nn
    /// The second.
    case nt
    /// The first.
    case tn
  }

  /// What happens to an element after the product and the bias.
  public enum Epilogue: Hashable, Sendable, Codable {
    /// Nothing.
    case none
    /// `f(c)`.
    case activation(Activation)
    /// `c f'(saved)`, where `saved` is the last operand, in the shape of C.
    case activationGradient(Activation)
  }

  /// Which operands are read transposed.
  public var transposition: Transposition
  /// Whether a third operand, a vector of n, is added to each row.
  public var hasBias: Bool
  /// What happens after the bias.
  public var epilogue: Epilogue

  /// Makes a product.
  public init(
    _ transposition: Transposition = .nn,
    hasBias: Bool = false,
    epilogue: Epilogue = .none
  ) {
    self.transposition = transposition
    self.hasBias = hasBias
    self.epilogue = epilogue
  }

  /// The extents of a product: C is m x n, and k is summed over.
  public struct Extents: Hashable, Sendable {
    /// Rows of C.
    public let m: Extent
    /// Columns of C.
    public let n: Int
    /// The summed extent.
    public let k: Extent
  }

  /// The extents of the product of `a` and `b`, or nil where they do not fit.
  public func extents(_ a: Shape, _ b: Shape) -> Extents? {
    switch transposition {
    case .nn:
      guard b.rows == .fixed(a.columns) else { return nil }
      return Extents(m: a.rows, n: b.columns, k: b.rows)
    case .nt:
      guard a.columns == b.columns, case .fixed(let n) = b.rows else { return nil }
      return Extents(m: a.rows, n: n, k: .fixed(a.columns))
    case .tn:
      guard a.rows == b.rows else { return nil }
      return Extents(m: .fixed(a.columns), n: b.columns, k: a.rows)
    }
  }

  /// Whether the last operand is the saved tensor of an activation's gradient.
  public var hasMask: Bool {
    if case .activationGradient = epilogue { return true }
    return false
  }

  var operandCount: Int { 2 + (hasBias ? 1 : 0) + (hasMask ? 1 : 0) }

  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    guard let extents = extents(operands[0], operands[1]) else {
      throw Operation.matmul(self).mismatch(operands)
    }
    let result =
      transposition == .tn
      ? Shape.matrix(extents.m, extents.n) : operands[0].with(columns: extents.n)
    let biasFits = !hasBias || operands[2].count(batchSize: 1) == extents.n
    guard biasFits, !hasMask || operands.last == result else {
      throw Operation.matmul(self).mismatch(operands)
    }
    return result
  }

  /// dA and dB of an unfused product: for NN, `dA = dC Bᵀ` and `dB = Aᵀ dC`.
  func gradients(
    _ a: Graph.NodeID,
    _ b: Graph.NodeID,
    upstream: Graph.NodeID,
    in graph: inout Graph
  ) throws(ComputeError) -> [Graph.NodeID?] {
    precondition(
      !hasBias && epilogue == .none,
      "differentiate the graph before it is fused, not \(self)"
    )
    func product(
      _ transposition: Transposition,
      _ left: Graph.NodeID,
      _ right: Graph.NodeID
    ) throws(ComputeError) -> Graph.NodeID {
      try graph.add(.matmul(MatMul(transposition)), [left, right])
    }
    switch transposition {
    case .nn: return [try product(.nt, upstream, b), try product(.tn, a, upstream)]
    case .nt: return [try product(.nn, upstream, b), try product(.tn, upstream, a)]
    case .tn: return [try product(.nt, b, upstream), try product(.nn, a, upstream)]
    }
  }
}
