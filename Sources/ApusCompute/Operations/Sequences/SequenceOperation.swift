/// The operations that know that a row of a batch has steps or places.
///
/// ```
/// x: batch(steps, channels)     | step 0: channels | step 1 | ... | the fill |
///                               | <------- length -------> |
/// ```
/// Everything else works on each step alone. The number of steps that count is an operand of its
/// own, `lengths`, rows x 1; where an operation is not given it, all steps count.
public enum SequenceOperation: Hashable, Sendable, Codable {
  /// How many identifiers precede the first negative one; operand `[identifiers]`, rows x n.
  case length
  /// All steps of a recurrent layer; operands `[projections, weight, bias]`, then the lengths.
  case recurrence(Recurrence)
  /// States read from a recurrence's tape; operands `[tape]`, then the lengths.
  case states(Recurrence, Recurrence.States)
  /// The gradient with respect to the projections through all steps; operands
  /// `[upstream, tape, weight]`, then the lengths.
  case recurrenceGradient(Recurrence, of: Recurrence.States)
  /// From the gradient of the projections to that of what the state adds to them; operands
  /// `[gradient, tape]`, then the lengths.
  case recurrentGradient(Recurrence)
  /// The windows that a convolution looks through; operand `[x]`.
  case windows(Windows)
  /// The adjoint of `windows`: adds what overlaps; operand `[upstream]`.
  case windowsGradient(Windows)
  /// The greatest or the mean of each channel over the steps; operands `[x]`, then the lengths.
  case pool(Pool)
  /// The gradient of a pool; operands `[upstream, x]`, then the lengths.
  case poolGradient(Pool)
  /// Each step's mean of all steps' values by similarity; operands `[projections]`, then the
  /// lengths.
  case attention(Attention)
  /// The gradient of an attention; operands `[upstream, projections]`, then the lengths.
  case attentionGradient(Attention)
}

extension SequenceOperation {
  /// The operands without the lengths.
  public var requiredOperandCount: Int {
    switch self {
    case .length, .states, .windows, .windowsGradient, .pool, .attention: 1
    case .recurrentGradient, .poolGradient, .attentionGradient: 2
    case .recurrence, .recurrenceGradient: 3
    }
  }

  /// Whether lengths may follow the operands.
  var takesLengths: Bool {
    switch self {
    case .length, .windows, .windowsGradient: false
    default: true
    }
  }

  /// The shape of the result.
  ///
  /// - Throws: `ComputeError.shapeMismatch`.
  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    let count = requiredOperandCount
    let hasLengths = takesLengths && operands.count == count + 1
    guard operands.count == count || hasLengths, !hasLengths || operands[count] == .batch(1),
      let result = resultShape(Array(operands.prefix(count)), hasLengths: hasLengths)
    else { throw Operation.sequence(self).mismatch(operands) }
    return result
  }

  private func resultShape(_ operands: [Shape], hasLengths: Bool) -> Shape? {
    switch self {
    case .length: operands[0].rows == .batch ? .batch(1) : nil
    case .recurrence(let recurrence): recurrence.tapeShape(operands)
    case .states(let recurrence, let states): recurrence.shape(of: states, tape: operands[0])
    case .recurrenceGradient(let recurrence, let states):
      recurrence.gradientShape(of: states, operands)
    case .recurrentGradient(let recurrence):
      recurrence.tape(for: operands[0]) == operands[1] ? operands[0] : nil
    case .windows(let windows): operands[0] == windows.inputShape ? windows.shape : nil
    case .windowsGradient(let windows): operands[0] == windows.shape ? windows.inputShape : nil
    case .pool: Pool.shape(operands[0], hasLengths: hasLengths)
    case .poolGradient:
      operands[0] == Pool.shape(operands[1], hasLengths: hasLengths) ? operands[1] : nil
    case .attention(let attention): attention.shape(operands[0])
    case .attentionGradient(let attention):
      operands[0] == attention.shape(operands[1]) ? operands[1] : nil
    }
  }

  /// The gradients of the operands, nil where there is none.
  func gradients(
    of id: Graph.NodeID,
    _ upstream: Graph.NodeID,
    in graph: inout Graph
  ) throws(ComputeError) -> [Graph.NodeID?] {
    let operands = graph[id].operands
    let count = requiredOperandCount
    let lengths = Array(operands.dropFirst(count))
    let none = lengths.map { _ -> Graph.NodeID? in nil }
    switch self {
    case .recurrence(let recurrence):
      return try recurrence.gradients(tape: id, operands, projections: upstream, in: &graph) + none
    case .states(let recurrence, let states):
      guard let weight = graph.recurrentWeight(ofTape: operands[0]), states != .previous else {
        return [nil] + none
      }
      let gradient = SequenceOperation.recurrenceGradient(recurrence, of: states)
      let needed = [upstream, operands[0], weight] + lengths
      return [try graph.add(.sequence(gradient), needed)] + none
    case .windows(let windows):
      return [try graph.add(.sequence(.windowsGradient(windows)), [upstream])]
    case .pool(let pool):
      let needed = [upstream, operands[0]] + lengths
      return [try graph.add(.sequence(.poolGradient(pool)), needed)] + none
    case .attention(let attention):
      let needed = [upstream, operands[0]] + lengths
      return [try graph.add(.sequence(.attentionGradient(attention)), needed)] + none
    default:
      return operands.map { _ in nil }
    }
  }
}

extension SequenceOperation: CustomStringConvertible {
  /// The operation in a few words, such as `gru of 64 units`.
  public var description: String {
    switch self {
    case .length: "length"
    case .recurrence(let recurrence): "\(recurrence)"
    case .states(let recurrence, let states): "\(states.rawValue) states of \(recurrence)"
    case .recurrenceGradient(let recurrence, let states):
      "gradient of \(states.rawValue) states of \(recurrence)"
    case .recurrentGradient(let recurrence): "recurrent gradient of \(recurrence)"
    case .windows(let windows): "\(windows)"
    case .windowsGradient(let windows): "gradient of \(windows)"
    case .pool(let pool): "\(pool.rawValue) over steps"
    case .poolGradient(let pool): "gradient of \(pool.rawValue) over steps"
    case .attention(let attention): "\(attention)"
    case .attentionGradient(let attention): "gradient of \(attention)"
    }
  }
}
