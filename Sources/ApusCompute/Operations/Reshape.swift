extension Operation {
  /// Checks that a tensor can be seen in another shape: as many elements, batched or not as before.
  static func reshapes(_ operand: Shape, to shape: Shape) -> Bool {
    operand.isBatched == shape.isBatched && operand.count(batchSize: 1) == shape.count(batchSize: 1)
  }
}

extension Graph {
  /// The node whose memory a node's result is: its own, or for a reshape its operand's.
  public func storage(of id: NodeID) -> NodeID {
    var id = id
    while case .reshape = self[id].operation { id = self[id].operands[0] }
    return id
  }
}
