public import ApusCompute

/// The greatest or the mean of each channel in windows of a sequence or of a picture.
///
/// Shapes: x rows x steps x channels and y rows x steps' x channels, or x rows x height x width x
/// channels and y rows x height' x width' x channels. What is left beside the last whole window is
/// not seen, lengths are not minded, and all steps of y count, unless windows of 1 change nothing.
public struct Pooling: Layer, Hashable {
  /// What is kept.
  public let kind: Pool
  /// The extent of a window in each direction.
  public let window: Int
  /// The distance of two windows.
  public let stride: Int

  /// Makes a layer.
  ///
  /// - Parameters:
  ///   - kind: what is kept.
  ///   - window: the extent of a window in each direction.
  ///   - stride: the distance of two windows; nil for windows side by side.
  /// - Precondition: window and stride are positive.
  public init(_ kind: Pool, window: Int, stride: Int? = nil) {
    precondition(
      window > 0 && stride ?? 1 > 0, "windows of \(window), each \(stride ?? window) places")
    self.kind = kind
    self.window = window
    self.stride = stride ?? window
  }

  /// Appends the windows and the pool over each.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    func axis(_ extent: Int) -> Windows.Axis {
      Windows.Axis(extent, window: window, stride: stride)
    }
    let shape = network.graph[input].shape
    guard shape.dimensions.count == 3 else {
      let along = axis(try network.graph.steps(of: input))
      let windows = try network.graph.windows(of: input, horizontal: along)
      let places = try network.graph.add(
        .reshape(.batch(along.count, window, shape.columns)), [windows])
      return try network.graph.add(.sequence(.pool(kind)), [places])
    }
    let extents = try network.graph.picture(input)
    let (down, along) = (axis(extents.height), axis(extents.width))
    let windows = try network.graph.windows(of: input, vertical: down, horizontal: along)
    let places = try network.graph.add(
      .reshape(.batch(down.count, along.count, window * window, shape.columns)), [windows])
    return try network.graph.add(.sequence(.pool(kind)), [places])
  }
}
