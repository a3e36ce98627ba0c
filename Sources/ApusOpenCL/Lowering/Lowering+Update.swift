import ApusCompute

extension Lowering {
  /// An optimizer's step, in place in the variable store.
  func launches(for rule: UpdateRule, _ id: Graph.NodeID) -> [Launch] {
    let (kernel, numbers) = rule.kernel
    let count = Quantity(elementsOf: graph[id].shape)
    return [
      Launch(
        kernel: kernel,
        arguments: operands(of: id) + [.count(count)] + numbers,
        items: WorkItems(count.parts(of: Self.lanes), 1, .fine)
      )
    ]
  }
}

extension UpdateRule {
  /// The kernel in `update.cl`, and the numbers that it takes last.
  fileprivate var kernel: (String, [Argument]) {
    switch self {
    case .sgd(momentum: 0, _):
      ("update_sgd", [])
    case .sgd(let momentum, let nesterov):
      ("update_momentum", [.number(momentum), .choice(nesterov ? 1 : 0)])
    case .rmsprop(let rho, let epsilon):
      ("update_rmsprop", [.number(rho), .number(epsilon)])
    case .adam(let beta1, let beta2, let epsilon):
      ("update_adam", [.number(beta1), .number(beta2), .number(epsilon)])
    }
  }
}
