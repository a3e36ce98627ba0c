public import ApusCompute

/// A piece of a network: nodes, and the parameters that they need.
///
/// Layers are values that hold hyper-parameters only; weights live in a backend's variable store.
public protocol Layer: Sendable {
  /// Appends this layer to a network under construction and returns its result.
  ///
  /// - Parameters:
  ///   - input: the node that feeds the layer.
  ///   - name: the prefix of its parameters' names, such as `layers.0`.
  ///   - network: the network under construction.
  /// - Returns: the node of the layer's result.
  /// - Throws: `ComputeError.shapeMismatch` when the input does not fit.
  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID
}
