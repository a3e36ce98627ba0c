public import ApusCompute

/// The greatest or the mean of each channel over all steps that count, or all places of a picture.
///
/// Shapes: x rows x steps x channels or rows x height x width x channels, y rows x channels. A row
/// of which no step counts gives zeros.
public struct GlobalPooling: Layer, Hashable {
  /// What is kept.
  public let kind: Pool

  /// Makes a layer.
  public init(_ kind: Pool) { self.kind = kind }

  /// Appends the pool.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let shape = network.graph[input].shape
    var operands = [input]
    if shape.dimensions.count == 3 {
      let extents = try network.graph.picture(input)
      let steps = Shape.batch(extents.height * extents.width, shape.columns)
      operands = [try network.graph.add(.reshape(steps), [input])]
    } else {
      operands += try network.graph.lengths(of: input)
    }
    return try network.graph.add(.sequence(.pool(kind)), operands)
  }
}
