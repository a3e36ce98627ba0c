public import ApusCompute

/// The numbers of a row seen as steps or as a picture: no number moves.
///
/// Shapes: x rows x (product of `extents`), y rows x `extents`. `Reshape(50, 8)` makes 50 steps of
/// 8 channels.
public struct Reshape: Layer, Hashable {
  /// The extents of a row, the last of which are the channels.
  public let extents: [Int]

  /// Makes a layer.
  ///
  /// - Precondition: the extents are positive.
  public init(_ extents: Int...) { self.init(extents: extents) }

  /// Makes a layer of a list of extents.
  ///
  /// - Precondition: the extents are positive.
  public init(extents: [Int]) {
    precondition(
      !extents.isEmpty && extents.allSatisfy { $0 > 0 }, "a row of the extents \(extents)")
    self.extents = extents
  }

  /// Appends the new shape.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    try network.graph.add(.reshape(Shape(batched: true, extents)), [input])
  }
}
