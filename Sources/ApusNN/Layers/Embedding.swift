public import ApusCompute

/// A table of trained vectors, one for each identifier: `y = table[x]`.
///
/// Shapes: x is rows x n identifiers, the table (`weight`) vocabulary x width, y rows x (n width),
/// or rows x width where the vectors of a row are combined: an embedding bag. See `Lookup` for
/// identifiers that stand for none.
public struct Embedding: Layer, Hashable {
  /// The number of identifiers.
  public let vocabulary: Int
  /// The numbers in a vector.
  public let width: Int
  /// What becomes of the vectors of one row.
  public let combiner: Lookup.Combiner
  /// How the table starts.
  public let initializer: Initializer

  /// Makes a layer.
  ///
  /// - Precondition: vocabulary and width are positive.
  public init(
    vocabulary: Int,
    width: Int,
    combiner: Lookup.Combiner = .concatenate,
    initializer: Initializer = .uniform(limit: 0.05)
  ) {
    precondition(
      vocabulary > 0 && width > 0, "a table of \(vocabulary) vectors of \(width) numbers")
    self.vocabulary = vocabulary
    self.width = width
    self.combiner = combiner
    self.initializer = initializer
  }

  /// Appends the table and the lookup.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let table = try network.addParameter("\(name).weight", .fixed(vocabulary, width), initializer)
    return try network.graph.add(.lookup(Lookup(combiner)), [input, table])
  }
}
