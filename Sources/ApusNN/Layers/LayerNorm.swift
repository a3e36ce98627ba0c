public import ApusCompute

/// Normalizes each row and scales it: `y = γ (x - mean) / sqrt(variance + ε) + β`.
///
/// Shapes: x rows x n, mean and variance those of a row, γ (`weight`) and β (`bias`) n. Source: Ba,
/// Kiros and Hinton, "Layer Normalization", 2016.
public struct LayerNorm: Layer, Hashable {
  /// What is added to the variance.
  public let epsilon: Float

  /// Makes a layer.
  ///
  /// - Precondition: epsilon is positive.
  public init(epsilon: Float = 1e-5) {
    precondition(epsilon > 0, "an epsilon that is positive, not \(epsilon)")
    self.epsilon = epsilon
  }

  /// Appends the normalization, the scale and the shift.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let columns = network.graph[input].shape.columns
    let scale = try network.addParameter("\(name).weight", .fixed(columns), .ones)
    let shift = try network.addParameter("\(name).bias", .fixed(columns), .zeros)
    let normalization = Normalization(epsilon: epsilon)
    let normal = try network.graph.add(.normalize(normalization), [input])
    let scaled = try network.graph.add(.binary(.multiply), [normal, scale])
    return try network.graph.add(.binary(.add), [scaled, shift])
  }
}
