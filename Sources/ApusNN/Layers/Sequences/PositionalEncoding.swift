public import ApusCompute

/// What tells a step its place: a vector is added to it, `y[t] = x[t] + P[t]`.
///
/// Shapes: x and y rows x steps x channels, P (`weight`) steps x channels. Source: Vaswani et al.,
/// "Attention Is All You Need", NeurIPS 2017; learned vectors Gehring et al. 2017.
public struct PositionalEncoding: Layer, Hashable {
  /// Where the vectors come from.
  public enum Source: Hashable, Sendable {
    /// Waves that stay as they are; see `Initializer.waves`.
    case waves
    /// They are trained, starting small.
    case learned
  }

  /// Where the vectors come from.
  public let source: Source

  /// Makes a layer.
  public init(_ source: Source) { self.source = source }

  /// Appends the sum.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let shape = network.graph[input].shape
    let places = Shape.fixed(try network.graph.steps(of: input), shape.columns)
    let vectors =
      switch source {
      case .waves: try network.addStatistic("\(name).weight", places, .waves)
      case .learned:
        try network.addParameter("\(name).weight", places, .truncatedNormal(deviation: 0.02))
      }
    // Seen as one line of all steps, the vectors are what every row has added.
    let count = places.count(batchSize: 1)
    let line = try network.graph.add(.reshape(.fixed(count)), [vectors])
    let rows = try network.graph.add(.reshape(.batch(count)), [input])
    let sum = try network.graph.add(.binary(.add), [rows, line])
    return try network.graph.add(.reshape(shape), [sum])
  }
}
