import ApusCompute

extension Activation {
  /// The function's number in `common.cl`.
  var kernelNumber: Int {
    switch self {
    case .identity: 0
    case .relu: 1
    case .sigmoid: 2
    case .tanh: 3
    case .softplus: 4
    case .gelu: 5
    }
  }
}

extension Lowering {
  /// A function of each element.
  func launches(for activation: Activation, _ id: Graph.NodeID) -> [Launch] {
    [elementwise("activation", of: .activation, id, [.choice(activation.kernelNumber)])]
  }

  /// The gradient through a function of each element.
  func launches(forGradientOf activation: Activation, _ id: Graph.NodeID) -> [Launch] {
    [elementwise("activation_gradient", of: .activation, id, [.choice(activation.kernelNumber)])]
  }

  /// Softmax, row by row.
  func launchesForSoftmax(_ id: Graph.NodeID) -> [Launch] {
    let shape = graph[id].shape
    return [
      Launch(
        module: .softmax,
        kernel: "softmax",
        arguments: operands(of: id) + [
          tensor(id), .count(Quantity(shape.rows)), .choice(shape.columns),
        ],
        items: WorkItems(Quantity(shape.rows), .coarse)
      )
    ]
  }

  /// A kernel that takes the operands, the result, the number of its elements and `choices`.
  func elementwise(
    _ kernel: String,
    of module: KernelModule,
    _ id: Graph.NodeID,
    _ choices: [Argument]
  ) -> Launch {
    let count = Quantity(elementsOf: graph[id].shape)
    return Launch(
      module: module,
      kernel: kernel,
      arguments: operands(of: id) + [tensor(id), .count(count)] + choices,
      items: WorkItems(count.parts(of: lanes), .fine)
    )
  }
}
