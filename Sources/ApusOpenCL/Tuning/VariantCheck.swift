import ApusCompute

/// Comparison of one kernel variant with plain loops, on the device that is to run it.
///
/// A compiler's bug can make one variant wrong on one driver, so none is trusted before it has
/// computed these products: whole numbers, whose sums are exact in any order and must agree in
/// every bit; and numbers with full significands, which must agree in every bit where the order of
/// summation is the plain one, and within the bound of float32 sums elsewhere.
struct VariantCheck {
  /// Extents that leave no tile, vector or piece of k filled, and the least ones.
  static let extents: [(m: Int, n: Int, k: Int)] = [
    (1, 1, 1), (1, 33, 40), (5, 3, 130), (13, 17, 9), (67, 130, 33), (33, 65, 1100),
    (130, 16, 64),
  ]

  let variant: MatMulVariant
  let table: VariantTable
  let backend: OpenCLBackend

  /// What is wrong with the variant, in a sentence; nil where nothing was found.
  ///
  /// - Throws: `ComputeError` when the device fails, which is wrong as well.
  func failure() throws -> String? {
    for (index, extents) in Self.extents.enumerated() {
      for operands in [Operands.wholeNumbers(extents), .reals(extents, seed: UInt64(index))] {
        if let failure = try failure(on: operands) { return failure }
      }
    }
    return nil
  }

  private func failure(on operands: Operands) throws -> String? {
    let (m, n, k) = operands.extents
    let products = MatMul.Transposition.allCases.flatMap { transposition in
      [false, true].map {
        ProductShape(transposition, m: m, n: n, k: k, hasEpilogue: $0)
      }
    }.filter(variant.suits)
    guard !products.isEmpty else { return nil }
    let plan = try plan(for: products, operands)
    try plan.run(rows: 1)
    let sums = operands.sums(isExact: operands.areWhole)
    for (index, product) in products.enumerated() {
      let expected = product.hasEpilogue ? operands.finished(sums.values) : sums.values
      let difference = try plan.withOutput(index, rows: 1) { found in
        expected.indices.first { element in
          let tolerance =
            operands.areWhole || isPlainChain
            ? 0 : sums.magnitudes[element] * variant.relativeError(k: k)
          // A NaN is no less than any bound.
          return !(abs(Double(found[element]) - Double(expected[element])) <= tolerance)
        }.map { (element: $0, found: found[$0], expected: expected[$0]) }
      }
      if let difference {
        let (row, column) = (difference.element / n, difference.element % n)
        return "\(product.name) of \(operands.areWhole ? "whole numbers" : "reals") has"
          + " \(difference.found) at row \(row), column \(column), not \(difference.expected)"
      }
    }
    return nil
  }

  /// Whether an element is one chain of fma over ascending k.
  private var isPlainChain: Bool { variant.summation == .chain && variant.precision == .float32 }

  private func plan(for products: [ProductShape], _ operands: Operands) throws -> any Plan {
    let (m, n, k) = operands.extents
    var graph = Graph()
    let a = try graph.add(.input(name: "a", shape: .fixed(m, k)), [])
    let aT = try graph.add(.input(name: "aT", shape: .fixed(k, m)), [])
    let b = try graph.add(.input(name: "b", shape: .fixed(k, n)), [])
    let bT = try graph.add(.input(name: "bT", shape: .fixed(n, k)), [])
    let bias = try graph.add(.input(name: "bias", shape: .fixed(n)), [])
    for product in products {
      let factors =
        switch product.transposition {
        case .nn: [a, b]
        case .nt: [a, bT]
        case .tn: [aT, b]
        }
      let matmul =
        product.hasEpilogue
        ? MatMul(product.transposition, hasBias: true, epilogue: .activation(.relu))
        : MatMul(product.transposition)
      let operands = product.hasEpilogue ? factors + [bias] : factors
      graph.outputs.append(try graph.add(.matmul(matmul), operands))
    }
    let plan = try backend.compile(
      graph,
      batchCapacity: 1,
      variables: backend.makeVariables([]),
      variants: table.forcing(variant)
    )
    let inputs = [
      operands.a, Operands.transposed(operands.a, columns: k), operands.b,
      Operands.transposed(operands.b, columns: n), operands.bias,
    ]
    for (index, values) in inputs.enumerated() {
      plan.withInput(index, rows: 1) { span in
        for element in values.indices { span[element] = values[element] }
      }
    }
    return plan
  }
}

extension MatMulVariant {
  /// The order in which an element's products are added up.
  enum Summation: Hashable {
    /// One chain of fma over ascending k.
    case chain
    /// A chain for each piece of k, then the pieces.
    case pieces
    /// A tree over k.
    case tree
    /// As the device's matrix units have it.
    case fragments
  }

  /// The order in which an element's products are added up.
  var summation: Summation {
    switch method {
    case .direct, .narrow, .packed: .chain
    case .tiled(let tile): tile.isSplit ? .pieces : .chain
    case .tree: .tree
    case .tensor: .fragments
    }
  }

  /// The greatest error of an element as a share of the sum of its products' magnitudes: rounding
  /// of both factors, and of each addition.
  fileprivate func relativeError(k: Int) -> Double {
    let factors =
      switch precision {
      case .float32: 0.0
      case .tf32: 0x1p-10
      case .bfloat16: 0x1p-7
      }
    return factors + Double(k + 4) * 0x1p-23
  }
}
