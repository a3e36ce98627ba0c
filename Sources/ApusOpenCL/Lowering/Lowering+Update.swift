import ApusCompute

extension Lowering {
  /// An optimizer's step over several parameters, in place in the variable store.
  ///
  /// - Parameters:
  ///   - rule: the rule that all of them follow.
  ///   - penalty: what draws all of them to 0.
  ///   - ids: the updates, which share a schedule.
  /// - Returns: one launch for each buffer in which gradients lie; a training step's all lie in the
  ///   arena.
  func launches(
    for rule: UpdateRule, _ penalty: Penalty, _ ids: [Graph.NodeID]
  ) -> [Launch] {
    var rest = ids
    var launches: [Launch] = []
    while let first = rest.first {
      let memory = gradient(of: first).memory
      launches.append(
        launch(for: rule, penalty, rest.filter { gradient(of: $0).memory == memory }))
      rest.removeAll { gradient(of: $0).memory == memory }
    }
    return launches
  }

  private func gradient(of update: Graph.NodeID) -> Place { place(of: graph[update].operands[1]) }

  private func launch(
    for rule: UpdateRule, _ penalty: Penalty, _ ids: [Graph.NodeID]
  ) -> Launch {
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
      module: .update,
      kernel: "update",
      arguments: [
        .tensor(Place(memory: .variables, offset: 0)),
        .tensor(Place(memory: gradient(of: ids[0]).memory, offset: 0)), tensor(operands[2]),
        .table(table), .choice(ids.count),
      ] + rule.arguments + penalty.arguments,
      items: WorkItems(Quantity(items), .fine)
    )
  }
}

extension Lowering {
  /// The factor that limits a norm, a scalar.
  func launches(forNormLimit limit: Float, _ id: Graph.NodeID) -> [Launch] {
    [
      Launch(
        module: .update, kernel: "norm_limit",
        arguments: operands(of: id) + [tensor(id), .number(limit)],
        items: WorkItems(Quantity(1), .fine))
    ]
  }
}

extension UpdateRule {
  /// The rule's number in `rule.cl`, and the three numbers that it reads.
  var arguments: [Argument] {
    let (number, numbers): (Int, [Float]) =
      switch self {
      case .sgd(momentum: 0, _): (0, [0, 0, 0])
      case .sgd(let momentum, nesterov: false): (1, [momentum, 0, 0])
      case .sgd(let momentum, nesterov: true): (2, [momentum, 0, 0])
      case .adagrad(_, let epsilon): (3, [epsilon, 0, 0])
      case .rmsprop(let rho, let epsilon): (4, [rho, epsilon, 0])
      case .adam(let beta1, let beta2, let epsilon): (5, [beta1, beta2, epsilon])
      case .ftrl(_, let beta, let l1, let l2): (6, [beta, l1, l2])
      }
    return [.choice(number)] + numbers.map(Argument.number)
  }
}

extension Penalty {
  /// The three numbers that follow those of a rule.
  var arguments: [Argument] { [l1, l2, decay].map(Argument.number) }
}
