import ApusCompute

extension Lowering {
  /// An optimizer's step over several parameters, in place in the variable store.
  ///
  /// - Parameters:
  ///   - rule: the rule that all of them follow.
  ///   - ids: the updates, which share a schedule.
  /// - Returns: one launch for each buffer in which gradients lie; a training step's all lie in the
  ///   arena.
  func launches(for rule: UpdateRule, _ ids: [Graph.NodeID]) -> [Launch] {
    var rest = ids
    var launches: [Launch] = []
    while let first = rest.first {
      let memory = gradient(of: first).memory
      launches.append(launch(for: rule, rest.filter { gradient(of: $0).memory == memory }))
      rest.removeAll { gradient(of: $0).memory == memory }
    }
    return launches
  }

  private func gradient(of update: Graph.NodeID) -> Place { place(of: graph[update].operands[1]) }

  private func launch(for rule: UpdateRule, _ ids: [Graph.NodeID]) -> Launch {
    let (kernel, numbers) = rule.kernel
    var table: [UInt32] = []
    var items = 0
    for id in ids {
      let operands = graph[id].operands
      let count = graph[id].shape.count(batchSize: 1)
      items += (count + lanes - 1) / lanes
      let slots = operands.dropFirst(3).map { place(of: $0).offset } + [0, 0]
      let offsets =
        [place(of: operands[0]).offset, gradient(of: id).offset] + slots.prefix(2)
      table += ([items, count] + offsets).map(UInt32.init)
    }
    let operands = graph[ids[0]].operands
    return Launch(
      kernel: kernel,
      arguments: [
        .tensor(Place(memory: .variables, offset: 0)),
        .tensor(Place(memory: gradient(of: ids[0]).memory, offset: 0)), tensor(operands[2]),
        .table(table), .choice(ids.count),
      ] + numbers,
      items: WorkItems(Quantity(items), .fine)
    )
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
