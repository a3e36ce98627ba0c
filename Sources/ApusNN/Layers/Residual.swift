public import ApusCompute

/// Layers around which the input passes unchanged.
///
/// `y = x + f(x)`, where f gives as many columns as it takes. Source: He et al., "Deep Residual
/// Learning for Image Recognition", CVPR 2016.
public struct Residual: Layer {
  /// The layers of f, first to last.
  public let layers: [any Layer]

  /// Makes a block of the layers that `layers` lists.
  public init(@LayerBuilder _ layers: () -> [any Layer]) { self.layers = layers() }

  /// Appends the layers and the sum.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let result = try Sequential { for layer in layers { layer } }
      .append(to: input, named: name, in: &network)
    return try network.graph.add(.binary(.add), [input, result])
  }
}
