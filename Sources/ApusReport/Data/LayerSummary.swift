public import ApusCompute

/// One operation of a net as people read it.
public struct LayerSummary: Codable, Hashable, Sendable {
  /// The operation in a few words.
  public let operation: String
  /// The variables that it reads.
  public let variables: [String]
  /// The shape of its result.
  public let shape: String
  /// The trained numbers that it reads.
  public let parameters: Int

  /// The operations of a graph, fused as a device runs them, first to last.
  ///
  /// - Parameter graph: the graph from features to scores.
  /// - Returns: every node but the variables.
  public static func layers(of graph: Graph) -> [LayerSummary] {
    let graph = graph.fused()
    return graph.nodes.compactMap { node in
      if case .variable = node.operation { return nil }
      let variables = node.operands.compactMap { operand -> Variable? in
        if case .variable(let variable) = graph[operand].operation { variable } else { nil }
      }
      return LayerSummary(
        operation: "\(node.operation)", variables: variables.map(\.name),
        shape: "\(node.shape)", parameters: variables.reduce(0) { $0 + $1.count })
    }
  }
}
