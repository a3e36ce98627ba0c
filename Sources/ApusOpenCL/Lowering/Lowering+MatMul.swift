import ApusCompute

extension Lowering {
  /// The rows of a block, `MATMUL_ROWS` in `matmul.cl`.
  private static let blockRows = 8
  /// The rows of a narrow block, `MATMUL_NARROW_ROWS` in `matmul.cl`.
  private static let narrowRows = 16

  /// Room for the second operand transposed, where the product is wide and reads it so.
  static func scratchCount(of matmul: MatMul, _ operands: [Shape]) -> Int {
    guard matmul.transposition == .nt, let extents = matmul.extents(operands[0], operands[1]),
      extents.n >= lanes
    else { return 0 }
    return operands[1].count(batchSize: 1)
  }

  /// A product: one launch, after a transposition where the second operand is read transposed.
  func launches(for matmul: MatMul, _ id: Graph.NodeID) -> [Launch] {
    let operands = graph[id].operands
    guard let extents = matmul.extents(graph[operands[0]].shape, graph[operands[1]].shape) else {
      preconditionFailure("\(matmul) does not fit \(operands.map { graph[$0].shape })")
    }
    let isNarrow = extents.n < Self.lanes
    let isTransposed = matmul.transposition == .nt && !isNarrow
    let second = isTransposed ? Argument.tensor(scratch(of: id)) : tensor(operands[1])
    var arguments = [tensor(operands[0]), second, tensor(id)]
    arguments.append(tensor(matmul.hasBias ? operands[2] : id))
    arguments.append(tensor(matmul.hasMask ? operands[operands.count - 1] : id))
    arguments += [.count(Quantity(extents.m)), .choice(extents.n), .count(Quantity(extents.k))]
    arguments.append(.choice(matmul.hasBias ? 1 : 0))
    arguments += Self.choices(for: matmul.epilogue)

    if isNarrow {
      return [
        Launch(
          kernel: "matmul_narrow",
          arguments: arguments + strides(of: matmul.transposition, extents),
          items: WorkItems(Quantity(extents.m).parts(of: Self.narrowRows), extents.n, .coarse)
        )
      ]
    }
    let columnBlocks = Self.columnBlocks(extents.n)
    let product = Launch(
      kernel: matmul.transposition == .tn ? "matmul_tn" : "matmul_nn",
      arguments: arguments,
      items: WorkItems(Quantity(extents.m).parts(of: Self.blockRows), columnBlocks, .coarse)
    )
    guard isTransposed else { return [product] }
    return [transposition(of: operands[1], into: scratch(of: id)), product]
  }

  private func transposition(of operand: Graph.NodeID, into place: Place) -> Launch {
    let shape = graph[operand].shape
    let columnBlocks = Self.columnBlocks(shape.columns)
    return Launch(
      kernel: "transpose",
      arguments: [
        tensor(operand), .tensor(place), .count(Quantity(shape.rows)), .choice(shape.columns),
      ],
      items: WorkItems(Quantity(shape.rows).parts(of: Self.lanes), columnBlocks, .coarse)
    )
  }

  /// The strides of A along m and k, and of B along k and n.
  private func strides(
    of transposition: MatMul.Transposition,
    _ extents: MatMul.Extents
  ) -> [Argument] {
    let m = Argument.count(Quantity(extents.m))
    let n = Argument.choice(extents.n)
    let k = Argument.count(Quantity(extents.k))
    let one = Argument.choice(1)
    return switch transposition {
    case .nn: [k, one, n, one]
    case .nt: [k, one, one, k]
    case .tn: [one, m, n, one]
    }
  }

  private static func choices(for epilogue: MatMul.Epilogue) -> [Argument] {
    switch epilogue {
    case .none: [.choice(0), .choice(0)]
    case .activation(let activation): [.choice(1), .choice(activation.kernelNumber)]
    case .activationGradient(let activation): [.choice(2), .choice(activation.kernelNumber)]
    }
  }
}
