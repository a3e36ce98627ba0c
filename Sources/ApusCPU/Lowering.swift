internal import ApusCompute
internal import CSIMD

/// Turns the nodes of a fused graph into C steps.
struct Lowering {
  let graph: Graph
  let layout: ArenaLayout
  let variables: VariableLayout

  func place(of id: Graph.NodeID) throws(ComputeError) -> apus_place {
    if let offset = layout.offsets[id] {
      return apus_place(memory: APUS_ARENA, offset: offset)
    }
    switch graph[id].operation {
    case .variable(let variable):
      return apus_place(memory: APUS_STORE, offset: try variables.offset(of: variable))
    // An update's result is its parameter, a reshape's its operand.
    default: return try place(of: graph[id].operands[0])
    }
  }

  private func scratch(of id: Graph.NodeID) -> apus_place {
    guard let offset = layout.scratchOffsets[id] else { return apus_place() }
    return apus_place(memory: APUS_ARENA, offset: offset)
  }

  /// The steps that compute node `id`, none where there is nothing to do.
  func steps(for id: Graph.NodeID) throws(ComputeError) -> [apus_step] {
    if case .columns(let columns) = graph[id].operation { return try steps(for: columns, id) }
    return try step(for: id).map { [$0] } ?? []
  }

  private func step(for id: Graph.NodeID) throws(ComputeError) -> apus_step? {
    let node = graph[id]
    var step = apus_step()
    step.result = try place(of: id)
    step.m = node.shape.rows.lowered
    step.n = node.shape.columns
    var operands = node.operands
    switch node.operation {
    case .input, .variable, .constant, .columns, .reshape:
      return nil
    case .matmul(let matmul):
      try lower(matmul, id, &operands, into: &step)
    case .binary(let binary):
      step.operation = APUS_BINARY
      step.variant = binary.lowered.rawValue
      let layout = Binary.broadcast(graph[operands[0]].shape, graph[operands[1]].shape)
      step.broadcast = layout?.lowered ?? APUS_BROADCAST_NONE
    case .lookup(let lookup):
      lower(lookup, APUS_LOOKUP, operands[0], table: operands[1], result: id, into: &step)
    case .lookupGradient(let lookup, _):
      lower(
        lookup, APUS_LOOKUP_GRADIENT, operands[0], table: id, result: operands[1], into: &step)
      step.scratch = scratch(of: id)
    case .dropout(let mask):
      step.operation = APUS_DROPOUT
      step.parameters.0 = mask.scale
      (step.sizes.0, step.sizes.1) = (Int(mask.stream), Int(mask.threshold))
    case .inverseRoot(let epsilon):
      step.operation = APUS_INVERSE_ROOT
      step.parameters.0 = epsilon
    case .average(let momentum):
      step.operation = APUS_AVERAGE
      step.parameters.0 = momentum
    case .normalize(let normalization):
      step.operation = APUS_NORMALIZE
      step.parameters.0 = normalization.epsilon
    case .normalizeGradient(let normalization):
      step.operation = APUS_NORMALIZE_GRADIENT
      step.parameters.0 = normalization.epsilon
    case .activation(let activation):
      step.operation = APUS_ACTIVATION
      step.variant = activation.lowered.rawValue
    case .activationGradient(let activation):
      step.operation = APUS_ACTIVATION_GRADIENT
      step.variant = activation.lowered.rawValue
    case .reduce(let reduction):
      step.operation = APUS_REDUCE
      lower(reduction, matrix: graph[operands[0]].shape, into: &step)
    case .broadcast(let reduction, let shape):
      step.operation = APUS_BROADCAST
      lower(reduction, matrix: shape, into: &step)
    case .softmax:
      step.operation = APUS_SOFTMAX
    case .sequence(let sequence):
      let result = step.result
      step = sequence.step(operands.map { graph[$0].shape })
      step.result = result
      step.scratch = scratch(of: id)
      let count = sequence.requiredOperandCount
      if operands.count > count { step.operands.3 = try place(of: operands.removeLast()) }
    case .loss(let loss):
      step.operation = APUS_LOSS
      step.variant = loss.lowered.rawValue
      step.m = graph[operands[0]].shape.rows.lowered
      step.n = graph[operands[0]].shape.columns
    case .lossGradient(let loss):
      step.operation = APUS_LOSS_GRADIENT
      step.variant = loss.lowered.rawValue
    case .normLimit(let limit):
      step.operation = APUS_NORM_LIMIT
      step.parameters.0 = limit
    case .lookupUpdate(let lookup, let rule, let penalty):
      lower(
        lookup, APUS_LOOKUP_UPDATE, operands[1], table: operands[0], result: operands[2],
        into: &step)
      lower(rule, penalty, into: &step)
      step.scratch = scratch(of: id)
      if operands.count > 4 { step.slots.0 = try place(of: operands[4]) }
      if operands.count > 5 { step.slots.1 = try place(of: operands[5]) }
      operands = Array(operands[1...3])
    case .update(let rule, let penalty):
      step.operation = APUS_UPDATE
      lower(rule, penalty, into: &step)
      let slots = operands.dropFirst(3)
      if let first = slots.first { step.slots.0 = try place(of: first) }
      if slots.count > 1 { step.slots.1 = try place(of: slots[4]) }
      operands = Array(operands[1...2])
    }
    let places = try operands.map { id throws(ComputeError) in try place(of: id) }
    if let first = places.first { step.operands.0 = first }
    if places.count > 1 { step.operands.1 = places[1] }
    if places.count > 2 { step.operands.2 = places[2] }
    return step
  }

  private func lower(
    _ matmul: MatMul,
    _ id: Graph.NodeID,
    _ operands: inout [Graph.NodeID],
    into step: inout apus_step
  ) throws(ComputeError) {
    guard let extents = matmul.extents(graph[operands[0]].shape, graph[operands[1]].shape) else {
      preconditionFailure("\(matmul) was added to a graph with operands that do not fit")
    }
    step.operation = matmul.transposition.lowered
    step.m = extents.m.lowered
    step.n = extents.n
    step.k = extents.k.lowered
    if matmul.hasBias {
      step.bias = try place(of: operands.remove(at: 2))
    }
    step.scratch = scratch(of: id)
    step.is_moved_along = graph.isMovedAlong(id)
    switch matmul.epilogue {
    case .none:
      step.epilogue = APUS_EPILOGUE_NONE
    case .activation(let activation):
      step.epilogue = APUS_EPILOGUE_ACTIVATION
      step.activation = activation.lowered
    case .activationGradient(let activation):
      step.epilogue = APUS_EPILOGUE_GRADIENT
      step.activation = activation.lowered
    }
  }

  private func lower(_ reduction: Reduction, matrix: Shape, into step: inout apus_step) {
    step.variant = reduction.axis.lowered.rawValue
    step.mean = reduction.kind == .mean
    step.m = matrix.rows.lowered
    step.n = matrix.columns
  }

  private func lower(_ rule: UpdateRule, _ penalty: Penalty, into step: inout apus_step) {
    let (variant, numbers) = rule.lowered
    step.variant = variant.rawValue
    step.parameters = (
      numbers.0, numbers.1, numbers.2, penalty.l1, penalty.l2, penalty.decay
    )
  }
}

extension Graph {
  /// The elements that a node needs while it runs: products copy their operands in the order in
  /// which they read them, gradients of tables sort identifiers, operations on steps keep what all
  /// threads or each thread needs.
  func scratchCount(of id: NodeID, batchCapacity: Int, isa: apus_isa, threads: Int) -> Int {
    if case .sequence(let sequence) = self[id].operation {
      let step = sequence.step(self[id].operands.map { self[$0].shape })
      return unsafe withUnsafePointer(to: step) { unsafe apus_sequence_scratch(isa, $0, threads) }
    }
    let operands = self[id].operands
    switch self[id].operation {
    case .lookupGradient:
      return lookupScratchCount(self[operands[0]].shape.count(batchSize: batchCapacity))
    case .lookupUpdate:
      return lookupScratchCount(self[operands[1]].shape.count(batchSize: batchCapacity))
    default: break
    }
    guard case .matmul(let matmul) = self[id].operation else { return 0 }
    guard let extents = matmul.extents(self[operands[0]].shape, self[operands[1]].shape) else {
      preconditionFailure("\(matmul) was added to a graph with operands that do not fit")
    }
    return apus_matmul_scratch(
      isa,
      matmul.transposition.lowered,
      extents.m.count(batchSize: batchCapacity),
      extents.n,
      extents.k.count(batchSize: batchCapacity),
      threads
    )
  }
}
