extension Graph {
  /// Appends the nodes of another graph; inputs, variables and constants that both have are one.
  ///
  /// - Parameter other: a graph; its outputs are left alone.
  /// - Returns: where each of its nodes is now, by its place there.
  /// - Throws: never in practice; its shapes fit each other.
  public mutating func add(contentsOf other: Graph) throws(ComputeError) -> [NodeID] {
    var places: [NodeID] = []
    for node in other.nodes {
      places.append(try add(node.operation, node.operands.map { places[$0] }))
    }
    return places
  }
}
