package import ApusCompute

/// The extents of a product as a kernel variant is chosen by them: C is m x n, and k is summed.
package struct ProductShape: Hashable, Sendable {
  /// Which operands are read transposed.
  package let transposition: MatMul.Transposition
  /// Rows of C; the batch capacity where they are the batch.
  package let m: Int
  /// Columns of C.
  package let n: Int
  /// The summed extent; the batch capacity where it is the batch.
  package let k: Int
  /// Whether a bias is added or an epilogue applied.
  package let hasEpilogue: Bool

  /// Makes a shape.
  package init(
    _ transposition: MatMul.Transposition,
    m: Int,
    n: Int,
    k: Int,
    hasEpilogue: Bool = false
  ) {
    self.transposition = transposition
    self.m = m
    self.n = n
    self.k = k
    self.hasEpilogue = hasEpilogue
  }

  /// The shape of a product of given extents in a plan for `batchCapacity` rows.
  package init(_ matmul: MatMul, _ extents: MatMul.Extents, batchCapacity: Int) {
    self.init(
      matmul.transposition,
      m: extents.m.count(batchSize: batchCapacity),
      n: extents.n,
      k: extents.k.count(batchSize: batchCapacity),
      hasEpilogue: matmul.hasBias || matmul.epilogue != .none
    )
  }

  /// The multiplications and additions of the product, `2 m n k`.
  package var operationCount: Int { 2 * m * n * k }
}
