public import ApusCompute

/// An activation among layers: `y = f(x)`, for the places behind a layer that has none of its own.
///
/// ```swift
/// Sequential {
///   Dense(64)
///   BatchNorm()
///   Activation.relu
/// }
/// ```
extension Activation: Layer {
  /// Appends the function, or nothing for the identity.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    self == .identity ? input : try network.graph.add(.activation(self), [input])
  }
}
