/// A recurrent layer's cell and width.
///
/// The work on the inputs is one product for all steps, the projections `x W + b`; the recurrence
/// adds what the state h contributes, `q = h U + c`, step after step, starting from h = 0. σ is
/// the sigmoid, and products of states are element by element.
///
/// ```
/// gru     r = σ(x_r + q_r)    z = σ(x_z + q_z)    n = tanh(x_n + r q_n)    h' = (1 - z) n + z h
/// lstm    i = σ(x_i + q_i)    f = σ(x_f + q_f)    g = tanh(x_g + q_g)      o = σ(x_o + q_o)
///         c' = f c + i g      h' = o tanh(c')
/// ```
/// Shapes: projections and their gradient batch(steps, gates units), gates in the order r, z, n or
/// i, f, g, o; weight U units x gates units; bias c gates units. The result of a forward pass is
/// its tape, batch(steps, slots units), which holds at each step what the backward pass needs:
///
/// ```
/// gru     | h' | r | z | n | q_n |           lstm    | h' | c' | i | f | g | o |
/// ```
/// Steps behind a row's length are not defined on the tape; `States` reads it. The GRU is that of
/// Cho et al. 2014 with the reset gate after the product, as cuDNN, Keras and PyTorch have it; the
/// LSTM that of Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000. The
/// backward pass is that through time (Werbos 1990).
public struct Recurrence: Hashable, Sendable, Codable {
  /// How a state follows from the one before it.
  public enum Cell: String, Hashable, Sendable, Codable, CaseIterable {
    /// The gated recurrent unit.
    case gru
    /// The long short-term memory.
    case lstm
  }

  /// Which states are read from a tape.
  public enum States: String, Hashable, Sendable, Codable, CaseIterable {
    /// The state after the last step that counts, rows x units; zeros where no step counts.
    case last
    /// The state after each step, batch(steps, units); zeros behind a row's length.
    case all
    /// The state before each step, batch(steps, units); zeros behind a row's length.
    case previous
  }

  /// How a state follows from the one before it.
  public let cell: Cell
  /// The elements of a state.
  public let units: Int

  /// Makes a recurrence.
  ///
  /// - Precondition: there is a unit.
  public init(_ cell: Cell, units: Int) {
    precondition(units > 0, "a recurrence needs at least one unit, not \(units)")
    self.cell = cell
    self.units = units
  }

  /// The parts of a projection, each of `units` columns.
  public var gates: Int { cell == .gru ? 3 : 4 }
  /// The parts of a step on the tape, each of `units` columns.
  public var slots: Int { cell == .gru ? 5 : 6 }
}

extension Recurrence: CustomStringConvertible {
  /// The cell and its width.
  public var description: String { "\(cell.rawValue) of \(units) units" }
}

extension Recurrence {
  /// The tape of projections of a shape, or nil where these do not fit.
  func tape(for projections: Shape) -> Shape? {
    guard projections.isBatched, projections.dimensions.count == 2,
      1...projections.columns ~= units, projections.columns == gates * units
    else { return nil }
    return projections.with(columns: slots * units)
  }

  func tapeShape(_ operands: [Shape]) -> Shape? {
    guard let tape = tape(for: operands[0]),
      operands[1] == .fixed(units, gates * units), operands[2] == .fixed(gates * units)
    else { return nil }
    return tape
  }

  func shape(of states: States, tape: Shape) -> Shape? {
    guard tape.isBatched, tape.dimensions.count == 2, 1...tape.columns ~= units,
      tape.columns == slots * units
    else { return nil }
    return states == .last ? .batch(units) : tape.with(columns: units)
  }

  func gradientShape(of states: States, _ operands: [Shape]) -> Shape? {
    guard states != .previous, let shape = shape(of: states, tape: operands[1]),
      operands[0] == shape,
      operands[2] == .fixed(units, gates * units)
    else { return nil }
    return operands[1].with(columns: gates * units)
  }

  /// The gradients of projections, weight and bias.
  ///
  /// Only states read a tape, and their gradient rule already goes through all steps: what stands
  /// for the tape's gradient is that of the projections, which is as linear in its upstream.
  func gradients(
    tape: Graph.NodeID,
    _ operands: [Graph.NodeID],
    projections: Graph.NodeID,
    in graph: inout Graph
  ) throws(ComputeError) -> [Graph.NodeID?] {
    let lengths = operands.dropFirst(3)
    let previous = try graph.add(
      .sequence(.states(self, .previous)), [tape] + lengths)
    // The reset gate stands between the candidate's product and its projection.
    let recurrent =
      cell == .gru
      ? try graph.add(.sequence(.recurrentGradient(self)), [projections, tape] + lengths)
      : projections
    return [
      projections, try graph.add(.matmul(MatMul(.tn)), [previous, recurrent]),
      try graph.add(.reduce(Reduction(.sum, .rows)), [recurrent]),
    ]
  }
}

extension Graph {
  /// The weight of the recurrence that made a tape.
  func recurrentWeight(ofTape id: NodeID) -> NodeID? {
    guard case .sequence(.recurrence) = self[id].operation else { return nil }
    return self[id].operands[1]
  }
}
