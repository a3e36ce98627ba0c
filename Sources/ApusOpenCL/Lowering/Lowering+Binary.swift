import ApusCompute

extension Lowering {
  /// An elementwise operation on two operands.
  func launches(for binary: Binary, _ id: Graph.NodeID) -> [Launch] {
    let node = graph[id]
    let choice = Argument.choice(binary.kernelNumber)
    switch Binary.broadcast(node.shape, graph[node.operands[1]].shape) {
    case .scalar:
      return [elementwise("binary_scalar", of: .binary, id, [choice])]
    case .row:
      return [
        Launch(
          module: .binary,
          kernel: "binary_row",
          arguments: operands(of: id) + [
            tensor(id), .count(Quantity(node.shape.rows)), .choice(node.shape.columns), choice,
          ],
          items: WorkItems(Quantity(node.shape.rows), .fine)
        )
      ]
    case .some(.none), nil:
      return [elementwise("binary_elements", of: .binary, id, [choice])]
    }
  }
}

extension Binary {
  /// The operation's number in `binary.cl`.
  fileprivate var kernelNumber: Int {
    switch self {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    case .divide: 3
    }
  }
}
