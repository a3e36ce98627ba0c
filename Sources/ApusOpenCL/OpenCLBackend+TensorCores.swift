import ApusCompute

extension OpenCLBackend {
  /// Finds out whether products can go by tensor cores, and has `variants` know it.
  ///
  /// Only an NVIDIA device is asked, since other compilers refuse its instructions, some of them
  /// loudly. The kernels are built, and must give the exact product of small whole numbers for
  /// every transposition; one that does not is disabled.
  ///
  /// - Returns: whether one of the precisions works. Neither is used unless the table asks for it.
  @discardableResult
  package func probeTensorCores() -> Bool {
    guard variants.traits.isNVIDIA else { return false }
    var table = variants
    table.traits.tensorCores = .native
    let tensor = [MatMulVariant.tf32, .bfloat16]
    let failed = tensor.filter { !computesExactly($0, of: table) }
    for variant in failed { table.disable(variant) }
    guard failed.count < tensor.count else { return false }
    variants = table
    return true
  }

  /// Whether a variant's products of small whole numbers, which every precision holds, are right.
  ///
  /// - Parameters:
  ///   - variant: the variant.
  ///   - table: a table whose traits support it.
  /// - Returns: false also where the kernels cannot be built or run.
  package func computesExactly(_ variant: MatMulVariant, of table: VariantTable) -> Bool {
    // Extents that fill no tile, and more than one of it.
    let (m, n, k) = (130, 133, 70)
    let a = (0..<m * k).map { Float($0 * 7 % 5 - 2) }
    let b = (0..<k * n).map { Float($0 * 5 % 7 - 3) }
    return MatMul.Transposition.allCases.allSatisfy { transposition in
      let first = transposition == .tn ? transposed(a, rows: m) : a
      let second = transposition == .nt ? transposed(b, rows: k) : b
      let result = try? product(transposition, first, second, m, n, k, table.forcing(variant))
      return result
        == (0..<m * n).map { element in
          (0..<k).reduce(0) { $0 + a[element / n * k + $1] * b[$1 * n + element % n] }
        }
    }
  }

  private func product(
    _ transposition: MatMul.Transposition,
    _ first: [Float],
    _ second: [Float],
    _ m: Int,
    _ n: Int,
    _ k: Int,
    _ table: VariantTable
  ) throws -> [Float] {
    var graph = Graph()
    let isFirst = transposition == .tn
    let isSecond = transposition == .nt
    let a = try graph.add(.input(name: "a", shape: isFirst ? .fixed(k, m) : .fixed(m, k)), [])
    let b = try graph.add(.input(name: "b", shape: isSecond ? .fixed(n, k) : .fixed(k, n)), [])
    graph.outputs = [try graph.add(.matmul(MatMul(transposition)), [a, b])]
    let plan = try compile(
      graph,
      batchCapacity: 1,
      variables: try makeVariables([]),
      variants: table
    )
    for (index, values) in [first, second].enumerated() {
      plan.withInput(index, rows: 1) { span in
        for i in values.indices { span[i] = values[i] }
      }
    }
    try plan.run(rows: 1)
    return try plan.withOutput(0, rows: 1) { span in span.indices.map { span[$0] } }
  }

  private func transposed(_ matrix: [Float], rows: Int) -> [Float] {
    let columns = matrix.count / rows
    return (0..<matrix.count).map { matrix[$0 % rows * columns + $0 / rows] }
  }
}
