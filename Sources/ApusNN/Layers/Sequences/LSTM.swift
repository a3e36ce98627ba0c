public import ApusCompute

/// A long short-term memory over the steps of a row.
///
/// Shapes: x rows x steps x channels, W (`weight`) channels x 4 units, b (`bias`) 4 units, U
/// (`recurrentWeight`) units x 4 units, c (`recurrentBias`) 4 units, with gates in the order i, f,
/// g, o; y rows x units, or rows x steps x units. PyTorch's `weight_ih_l0` and `weight_hh_l0` are W
/// and U transposed. See `Recurrence` for the formulas. Steps behind a row's length are not read,
/// and give zeros. Sources: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; the forget
/// gate, Gers et al. 2000, starts open with a bias of 1 (Jozefowicz et al. 2015).
public struct LSTM: Layer, Hashable {
  /// The elements of a state.
  public let units: Int
  /// Whether all states are the result, and not the last alone.
  public let returnsSteps: Bool

  /// Makes a layer.
  ///
  /// - Precondition: there is at least one unit.
  public init(_ units: Int, returnsSteps: Bool = false) {
    precondition(units > 0, "a recurrent layer needs at least one unit, not \(units)")
    self.units = units
    self.returnsSteps = returnsSteps
  }

  /// Appends the projections of all steps and the recurrence.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    try network.append(
      Recurrence(.lstm, units: units), to: input, returnsSteps: returnsSteps,
      bias: .parts([0, 1, 0, 0]), named: name)
  }
}
