extension Graph {
  /// This graph without dead nodes, and with bias, activation and gradient masks folded into the
  /// product that feeds them.
  ///
  /// ```
  /// matmul -> add(vector) -> relu      becomes   matmul(bias, relu)
  /// matmul -> activationGradient       becomes   matmul(mask)
  /// ```
  /// A product is folded into its user only where that is its one user and nobody reads it
  /// otherwise, so a tensor that a backward pass needs is never lost. Folding changes no result by
  /// more than the rounding of one addition, since a sum may begin at its bias. Outputs keep their
  /// order, and inputs keep their numbers even where they are no longer read.
  public func fused() -> Graph {
    var users = [Int](repeating: 0, count: nodes.count)
    let alive = liveNodes()
    for id in alive { for operand in self[id].operands { users[operand] += 1 } }
    for output in outputs { users[output] += 1 }

    var result = Graph()
    var renamed: [NodeID: NodeID] = [:]
    for id in nodes.indices where alive.contains(id) {
      let node = self[id]
      let operands = node.operands.compactMap { renamed[$0] }
      if case .activation(.identity) = node.operation {
        renamed[id] = operands[0]
        continue
      }
      if let first = node.operands.first, users[first] == 1,
        let (matmul, extra) = result.folding(node.operation, into: operands)
      {
        renamed[id] = result.replace(operands[0], with: matmul, appending: extra)
      } else {
        renamed[id] = result.append(
          Node(
            operation: node.operation,
            operands: operands,
            shape: node.shape
          )
        )
      }
    }
    result.outputs = outputs.compactMap { renamed[$0] }
    return result.compacted()
  }

  /// The nodes that an output needs, and every input.
  private func liveNodes() -> Set<NodeID> {
    var alive = Set(outputs).union(inputs)
    for id in nodes.indices.reversed() where alive.contains(id) {
      alive.formUnion(self[id].operands)
    }
    return alive
  }

  /// The product that does what `operation` does to the result of `operands[0]`, with the operands
  /// it gains, or nil where it cannot be folded.
  private func folding(
    _ operation: Operation,
    into operands: [NodeID]
  ) -> (MatMul, [NodeID])? {
    guard case .matmul(var matmul) = self[operands[0]].operation, matmul.epilogue == .none
    else { return nil }
    switch operation {
    case .binary(.add):
      let (product, bias) = (self[operands[0]].shape, self[operands[1]].shape)
      guard !matmul.hasBias, case .row = Binary.broadcast(product, bias) else { return nil }
      matmul.hasBias = true
      return (matmul, [operands[1]])
    case .activation(let activation):
      matmul.epilogue = .activation(activation)
      return (matmul, [])
    case .activationGradient(let activation):
      guard !matmul.hasBias else { return nil }
      matmul.epilogue = .activationGradient(activation)
      return (matmul, [operands[1]])
    default:
      return nil
    }
  }

  /// Moves the product at `id` to the end of the graph, where all it now reads is known.
  private mutating func replace(
    _ id: NodeID,
    with matmul: MatMul,
    appending extra: [NodeID]
  ) -> NodeID {
    append(
      Node(
        operation: .matmul(matmul),
        operands: self[id].operands + extra,
        shape: self[id].shape
      )
    )
  }

  /// This graph without the nodes that folding left behind.
  private func compacted() -> Graph {
    let alive = liveNodes()
    var result = Graph()
    var renamed: [NodeID: NodeID] = [:]
    for id in nodes.indices where alive.contains(id) {
      let node = self[id]
      renamed[id] = result.append(
        Node(
          operation: node.operation,
          operands: node.operands.compactMap { renamed[$0] },
          shape: node.shape
        )
      )
    }
    result.outputs = outputs.compactMap { renamed[$0] }
    return result
  }
}
