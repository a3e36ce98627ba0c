extension Graph {
  /// This graph with each gradient of a weight computed right before the update that reads it.
  ///
  /// ```
  /// dW2  dx  dW1  update W2  update W1     becomes     dx  dW2  update W2  dW1  update W1
  /// ```
  /// A gradient is then still in the cache when it is used, all gradients share their memory, and
  /// a device may move a weight along a gradient that it never writes. No result changes: only
  /// products of two intermediates are moved, which no update touches.
  public func movingGradientsToUpdates() -> Graph {
    let late = Set(nodes.indices.filter { isReadByOneUpdate($0) })
    var result = Graph()
    var renamed: [NodeID: NodeID] = [:]
    func append(_ id: NodeID) {
      let node = self[id]
      let operands = node.operands.compactMap { renamed[$0] }
      renamed[id] = result.append(
        Node(operation: node.operation, operands: operands, shape: node.shape))
    }
    for id in nodes.indices where !late.contains(id) {
      if case .update = self[id].operation, late.contains(self[id].operands[1]) {
        append(self[id].operands[1])
      }
      append(id)
    }
    result.outputs = outputs.compactMap { renamed[$0] }
    return result
  }

  /// Whether the next node is an update along the product `id`, which nobody else reads.
  public func isMovedAlong(_ id: NodeID) -> Bool {
    guard nodes.indices.contains(id + 1), case .update = self[id + 1].operation,
      self[id + 1].operands[1] == id
    else { return false }
    return isReadByOneUpdate(id)
  }

  /// Whether `id` is a plain product of intermediates, turned as a weight's gradient is, that one
  /// update alone reads, as its gradient.
  private func isReadByOneUpdate(_ id: NodeID) -> Bool {
    guard self[id].operation == .matmul(MatMul(.tn)), !outputs.contains(id),
      !self[id].operands.contains(where: { self[storage(of: $0)].operation.isVariable })
    else { return false }
    let users = nodes.indices.filter { self[$0].operands.contains(id) }
    guard users.count == 1, case .update = self[users[0]].operation else { return false }
    return self[users[0]].operands.count { $0 == id } == 1 && self[users[0]].operands[1] == id
  }
}

extension Operation {
  fileprivate var isVariable: Bool { if case .variable = self { true } else { false } }
}
