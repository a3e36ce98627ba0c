internal import ApusCompute

extension Graph {
  /// Appends the windows of a picture, or of a sequence, which is a picture of height 1.
  ///
  /// - Parameters:
  ///   - input: a node of rows x height x width x channels, or of rows x width x channels.
  ///   - vertical: the windows from top to bottom.
  ///   - horizontal: the windows from left to right, or from the first step to the last.
  /// - Returns: a node of rows x windows down x windows along x elements of a window.
  /// - Throws: `ComputeError.shapeMismatch` when no window fits.
  mutating func windows(
    of input: NodeID, vertical: Windows.Axis = Windows.Axis(1), horizontal: Windows.Axis
  ) throws(ComputeError) -> NodeID {
    let shape = self[input].shape
    guard
      let windows = Windows(
        vertical: vertical, horizontal: horizontal, channels: shape.columns)
    else {
      throw ComputeError(
        .shapeMismatch, "no window of \(vertical.window) x \(horizontal.window) fits \(shape)")
    }
    let picture = try add(.reshape(windows.inputShape), [input])
    return try add(.sequence(.windows(windows)), [picture])
  }

  /// The height and the width of a picture, rows x height x width x channels.
  ///
  /// - Parameter id: a node.
  /// - Returns: its extents.
  /// - Throws: `ComputeError.shapeMismatch` when the node is no picture.
  func picture(_ id: NodeID) throws(ComputeError) -> (height: Int, width: Int) {
    let shape = self[id].shape
    guard shape.isBatched, shape.dimensions.count == 3 else {
      throw ComputeError(
        .shapeMismatch,
        "a layer over pictures takes rows x height x width x channels, not \(shape)")
    }
    return (shape.dimensions[0], shape.dimensions[1])
  }
}
