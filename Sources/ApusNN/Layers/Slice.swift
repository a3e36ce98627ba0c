public import ApusCompute

/// Some neighbouring columns of the input: `y[i,j] = x[i, columns.lowerBound + j]`.
public struct Slice: Layer, Hashable {
  /// The columns that are kept.
  public let columns: Range<Int>

  /// Makes a layer.
  ///
  /// - Precondition: there is a column.
  public init(_ columns: Range<Int>) {
    precondition(!columns.isEmpty && columns.lowerBound >= 0, "no columns are in \(columns)")
    self.columns = columns
  }

  /// Appends the slice, or nothing where it is the whole.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    guard columns != 0..<network.graph[input].shape.columns else { return input }
    return try network.graph.add(.columns(.slice(columns)), [input])
  }
}
