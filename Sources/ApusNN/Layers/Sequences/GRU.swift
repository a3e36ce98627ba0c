public import ApusCompute

/// A gated recurrent unit over the steps of a row.
///
/// Shapes: x rows x steps x channels, W (`weight`) channels x 3 units, b (`bias`) 3 units, U
/// (`recurrentWeight`) units x 3 units, c (`recurrentBias`) 3 units, with gates in the order r, z,
/// n; y rows x units, or rows x steps x units. PyTorch's `weight_ih_l0` and `weight_hh_l0` are W
/// and U transposed. See `Recurrence` for the formulas. Steps behind a row's length are not read,
/// and give zeros. Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder",
/// EMNLP 2014, with the reset gate behind the product.
public struct GRU: Layer, Hashable {
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
      Recurrence(.gru, units: units), to: input, returnsSteps: returnsSteps, bias: .zeros,
      named: name)
  }
}
