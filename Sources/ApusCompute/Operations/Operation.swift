/// What a node of the graph computes: the index of the operations' rooms.
///
/// Each case's shape rule and gradient rule live in the file named after it. A backend switches
/// over all cases, so the compiler points at every room that a new operation still lacks.
public enum Operation: Hashable, Sendable, Codable {
  /// Values that the caller writes before each run.
  case input(name: String, shape: Shape)
  /// Values that live in the variable store between runs.
  case variable(Variable)
  /// One number, known when the graph is built.
  case constant(Float)
  /// A matrix product with its fused epilogue; operands `[a, b]`, then the bias, then the mask.
  case matmul(MatMul)
  /// An elementwise operation on two operands, the second broadcast where it is smaller.
  case binary(Binary)
  /// Columns that are cut out, padded or put side by side; the operands are matrices.
  case columns(Columns)
  /// Rows of a table, chosen by identifiers; operands `[identifiers, table]`.
  case lookup(Lookup)
  /// The gradient of an embedding's table; operands `[identifiers, upstream]`.
  ///
  /// Each row is the sum of what its identifiers received, in the ascending order of their places.
  case lookupGradient(Lookup, vocabulary: Int)
  /// Elements set to 0 by chance; operands `[x, draw]`.
  case dropout(DropoutMask)
  /// `1 / sqrt(x + ε)` of each element; operand `[x]`.
  case inverseRoot(epsilon: Float)
  /// A running average in place, `v = momentum v + (1 - momentum) x`; operands `[v, x]`.
  case average(momentum: Float)
  /// Rows shifted and scaled to mean 0 and variance 1; operand `[x]`.
  case normalize(Normalization)
  /// The gradient through a normalization; operands `[upstream, x]`.
  case normalizeGradient(Normalization)
  /// A function of each element; operand `[x]`.
  case activation(Activation)
  /// The upstream gradient through an activation; operands `[upstream, saved]`.
  case activationGradient(Activation)
  /// Sums or means over rows, columns or everything; operand `[x]`.
  case reduce(Reduction)
  /// The adjoint of a reduction: repeats along the reduced axis; operand `[x]`.
  case broadcast(Reduction, shape: Shape)
  /// `exp(x) / sum(exp(x))` along each row; operand `[logits]`.
  case softmax
  /// The same elements in another shape; operand `[x]`, whose memory the result is.
  case reshape(Shape)
  /// An operation on the steps of each row.
  case sequence(SequenceOperation)
  /// A mean loss over the batch; operands `[prediction, target]`.
  case loss(Loss)
  /// A loss's gradient with respect to the prediction; operands `[prediction, target, upstream]`.
  case lossGradient(Loss)
  /// `limit / max(sqrt(s), limit)`: what scales gradients whose squares sum to s; operand `[s]`.
  case normLimit(Float)
  /// One optimizer step in place on the rows of a table that were looked up; operands
  /// `[table, identifiers, upstream, schedule]`, then the slots.
  ///
  /// Each row that some identifier chose moves by the rule along its gradient, the sum of what its
  /// places received. All other rows and their slots stay as they are: they feel neither momentum
  /// nor penalty, and moments do not fade, as in the "lazy" optimizers of other libraries. The time
  /// depends on the identifiers alone, not on the vocabulary.
  case lookupUpdate(Lookup, UpdateRule, penalty: Penalty = .none)
  /// One optimizer step in place; operands `[parameter, gradient, schedule]`, then the slots.
  case update(UpdateRule, penalty: Penalty = .none)
}

extension Operation {
  /// The shape of the result, from the operands' shapes.
  ///
  /// - Throws: `ComputeError.shapeMismatch` naming the operation and all shapes.
  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    switch self {
    case .input(_, let shape):
      try expect(operands, count: 0)
      return shape
    case .variable(let variable):
      try expect(operands, count: 0)
      return variable.shape
    case .constant:
      try expect(operands, count: 0)
      return .scalar
    case .matmul(let matmul):
      try expect(operands, count: matmul.operandCount)
      return try matmul.shape(of: operands)
    case .binary(let binary):
      try expect(operands, count: 2)
      return try binary.shape(of: operands)
    case .columns(let columns):
      return try columns.shape(of: operands)
    case .lookup(let lookup):
      try expect(operands, count: 2)
      return try lookup.shape(of: operands)
    case .lookupGradient(let lookup, let vocabulary):
      try expect(operands, count: 2)
      return try lookup.gradientShape(vocabulary: vocabulary, of: operands)
    case .dropout(let mask):
      try expect(operands, count: 2)
      return try mask.shape(of: operands)
    case .average:
      try expect(operands, count: 2)
      guard !operands[0].isBatched, operands[0] == operands[1] else { throw mismatch(operands) }
      return operands[0]
    case .activation, .inverseRoot, .normalize, .softmax:
      try expect(operands, count: 1)
      return operands[0]
    case .activationGradient, .normalizeGradient:
      try expect(operands, count: 2)
      guard operands[0] == operands[1] else { throw mismatch(operands) }
      return operands[0]
    case .reduce(let reduction):
      try expect(operands, count: 1)
      return reduction.shape(of: operands[0])
    case .broadcast(let reduction, let shape):
      try expect(operands, count: 1)
      guard reduction.shape(of: shape) == operands[0] else { throw mismatch(operands) }
      return shape
    case .reshape(let shape):
      try expect(operands, count: 1)
      guard Self.reshapes(operands[0], to: shape) else { throw mismatch(operands) }
      return shape
    case .sequence(let sequence):
      return try sequence.shape(of: operands)
    case .loss(let loss):
      try expect(operands, count: 2)
      guard loss.accepts(prediction: operands[0], target: operands[1]) else {
        throw mismatch(operands)
      }
      return .scalar
    case .lossGradient(let loss):
      try expect(operands, count: 3)
      guard loss.accepts(prediction: operands[0], target: operands[1]), operands[2] == .scalar
      else { throw mismatch(operands) }
      return operands[0]
    case .normLimit:
      try expect(operands, count: 1)
      guard operands[0] == .scalar else { throw mismatch(operands) }
      return .scalar
    case .lookupUpdate(let lookup, let rule, _):
      try expect(operands, count: 4 + rule.slots.count)
      let (table, schedule) = (operands[0], operands[3])
      let gradient = try lookup.gradientShape(
        vocabulary: table.rows.count(batchSize: 0), of: Array(operands[1...2]))
      guard ([gradient] + operands[4...]).allSatisfy({ $0 == table }),
        schedule == UpdateRule.scheduleShape
      else { throw mismatch(operands) }
      return table
    case .update(let rule, _):
      try expect(operands, count: 3 + rule.slots.count)
      let state = operands[1...1] + operands[3...]
      guard !operands[0].isBatched, state.allSatisfy({ $0 == operands[0] }),
        operands[2] == UpdateRule.scheduleShape
      else { throw mismatch(operands) }
      return operands[0]
    }
  }

  func mismatch(_ operands: [Shape]) -> ComputeError {
    ComputeError(.shapeMismatch, "\(self) cannot take operands of shapes \(operands)")
  }

  private func expect(_ operands: [Shape], count: Int) throws(ComputeError) {
    guard operands.count == count else {
      throw ComputeError(
        .shapeMismatch,
        "\(self) takes \(count) operands and was given \(operands.count)"
      )
    }
  }
}
