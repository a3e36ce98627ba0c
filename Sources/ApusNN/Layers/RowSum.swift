public import ApusCompute

/// The sum of a row's columns: `y[i] = sum over j of x[i,j]`.
///
/// Shapes: x rows x n, y rows x 1.
public struct RowSum: Layer, Hashable {
  /// Makes a layer.
  public init() {}

  /// Appends the sum.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    try network.graph.add(.reduce(Reduction(.sum, .columns)), [input])
  }
}
