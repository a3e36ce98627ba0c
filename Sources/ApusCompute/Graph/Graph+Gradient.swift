extension Graph {
  /// Appends the backward graph and returns the gradient of a node for each of `parameters`.
  ///
  /// Reverse-mode differentiation: nodes are visited from `result` back, each operation's gradient
  /// rule turns the gradient of its result into gradients of its operands, and contributions to
  /// one node are added in the order in which they are found. Call it before `fused()`.
  ///
  /// - Parameters:
  ///   - result: a scalar node, or any node where its own gradient is given.
  ///   - upstream: the gradient of the result, of its shape; nil for 1.
  ///   - parameters: the nodes to differentiate with respect to.
  /// - Returns: one node for each parameter, of its shape.
  /// - Throws: `ComputeError.notDifferentiable` where a rule is missing or the result does not
  ///   depend on a parameter.
  public mutating func gradients(
    of result: NodeID,
    upstream: NodeID? = nil,
    withRespectTo parameters: [NodeID]
  ) throws(ComputeError) -> [NodeID] {
    let seed = if let upstream { upstream } else { try add(.constant(1), []) }
    precondition(
      self[result].shape == self[seed].shape,
      "a gradient of shape \(self[seed].shape) for \(self[result])")
    let needed = dependents(of: parameters, upTo: result)
    var gradient: [NodeID: NodeID] = [result: seed]
    for id in stride(from: result, through: 0, by: -1) where needed.contains(id) {
      guard let upstream = gradient[id], !parameters.contains(id) else { continue }
      let operands = self[id].operands
      for (operand, contribution) in zip(operands, try operandGradients(of: id, upstream)) {
        guard needed.contains(operand) else { continue }
        guard let contribution else {
          throw ComputeError(
            .notDifferentiable,
            "\(self[id].operation) has no gradient for operand \(operand)"
          )
        }
        gradient[operand] =
          if let sum = gradient[operand] {
            try add(.binary(.add), [sum, contribution])
          } else {
            contribution
          }
      }
    }
    var results: [NodeID] = []
    for parameter in parameters {
      guard let result = gradient[parameter] else {
        throw ComputeError(
          .notDifferentiable,
          "the result does not depend on \(self[parameter].operation)"
        )
      }
      results.append(result)
    }
    return results
  }

  /// The nodes up to `end` whose value depends on any of `sources`, these included.
  private func dependents(of sources: [NodeID], upTo end: NodeID) -> Set<NodeID> {
    var found = Set(sources)
    for id in 0...end where self[id].operands.contains(where: found.contains) {
      found.insert(id)
    }
    return found
  }

  private mutating func operandGradients(
    of id: NodeID,
    _ upstream: NodeID
  ) throws(ComputeError) -> [NodeID?] {
    let node = self[id]
    let operands = node.operands
    switch node.operation {
    case .input, .variable, .constant:
      return []
    case .matmul(let matmul):
      return try matmul.gradients(operands[0], operands[1], upstream: upstream, in: &self)
    case .binary(let binary):
      return try binary.gradients(operands[0], operands[1], upstream: upstream, in: &self)
    case .columns(let columns):
      return try columns.gradients(operands, upstream: upstream, in: &self)
    case .lookup(let lookup):
      return try lookup.gradients(operands, upstream: upstream, in: &self)
    case .dropout:
      return [try add(node.operation, [upstream, operands[1]]), nil]
    case .inverseRoot:
      // The derivative of x^(-1/2) is -x^(-3/2) / 2.
      let square = try add(.binary(.multiply), [id, id])
      let cube = try add(.binary(.multiply), [square, id])
      return [try scaled(add(.binary(.multiply), [upstream, cube]), by: -0.5)]
    case .normalize(let normalization):
      return [try add(.normalizeGradient(normalization), [upstream, operands[0]])]
    case .activation(.identity):
      return [upstream]
    case .activation(let activation):
      let saved = activation.saved == .output ? id : operands[0]
      return [try add(.activationGradient(activation), [upstream, saved])]
    case .reduce(let reduction):
      return [try add(.broadcast(reduction, shape: self[operands[0]].shape), [upstream])]
    case .broadcast(let reduction, _):
      return [try add(.reduce(reduction), [upstream])]
    case .loss(let loss):
      return [try add(.lossGradient(loss), [operands[0], operands[1], upstream]), nil]
    case .softmax:
      // dx = y (dy - sum(dy y)), the sum along each row spread over the row again.
      let product = try add(.binary(.multiply), [upstream, id])
      let sum = try add(.reduce(Reduction(.sum, .columns)), [product])
      let spread = try add(
        .broadcast(Reduction(.sum, .columns), shape: node.shape),
        [sum]
      )
      let centred = try add(.binary(.subtract), [upstream, spread])
      return [try add(.binary(.multiply), [centred, id])]
    case .reshape:
      return [try add(.reshape(self[operands[0]].shape), [upstream])]
    case .sequence(let sequence):
      return try sequence.gradients(of: id, upstream, in: &self)
    case .activationGradient, .average, .lookupGradient, .lookupUpdate, .lossGradient,
      .normLimit, .normalizeGradient, .update:
      return operands.map { _ in nil }
    }
  }
}
