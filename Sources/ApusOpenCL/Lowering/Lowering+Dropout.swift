import ApusCompute

extension Lowering {
  /// Elements set to 0 by chance.
  func launches(for mask: DropoutMask, _ id: Graph.NodeID) -> [Launch] {
    let numbers: [Argument] = [
      .choice(Int(mask.stream)), .choice(Int(mask.threshold)), .number(mask.scale),
    ]
    return [elementwise("dropout", of: .dropout, id, numbers)]
  }

  /// A normalization of rows or its gradient, by the kernel of that name.
  func launches(
    _ kernel: String, for normalization: Normalization, _ id: Graph.NodeID
  ) -> [Launch] {
    let shape = graph[id].shape
    return [
      Launch(
        module: .normalize,
        kernel: kernel,
        arguments: operands(of: id) + [
          tensor(id), .count(Quantity(shape.rows)), .choice(shape.columns),
          .number(normalization.epsilon),
        ],
        items: WorkItems(Quantity(shape.rows), .coarse)
      )
    ]
  }
}
