public import ApusCompute

/// A step with a trained vector for each identifier of a row: `y[t] = table[x[t]]`.
///
/// Shapes: x rows x steps identifiers, of which -1 fills the end, the table (`weight`) vocabulary x
/// width, y rows x steps x width. The layers that follow look at the steps before a row's first
/// negative identifier alone; see `Embedding` for the rest.
public struct SequenceEmbedding: Layer, Hashable {
  /// The table, and how it is looked up.
  public let embedding: Embedding

  /// Makes a layer.
  ///
  /// - Precondition: vocabulary and width are positive.
  public init(
    vocabulary: Int, width: Int, initializer: Initializer = .uniform(limit: 0.05)
  ) {
    embedding = Embedding(vocabulary: vocabulary, width: width, initializer: initializer)
  }

  /// Appends the lookup, seen as steps.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let steps = network.graph[input].shape.columns
    let vectors = try embedding.append(to: input, named: name, in: &network)
    return try network.graph.add(.reshape(.batch(steps, embedding.width)), [vectors])
  }
}
