public import ApusCompute

/// Attention of every step to the steps of its own row, by several heads.
///
/// Shapes: x rows x steps x channels; queries, keys and values of all heads (`projections.weight`)
/// channels x 3 channels, with `projections.bias`; what joins the heads (`outputs.weight`) channels
/// x channels, with `outputs.bias`; y rows x steps x channels. PyTorch's `in_proj_weight` and
/// `out_proj.weight` are these transposed. See `Attention` for the formula; steps behind a row's
/// length are not seen. Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017.
public struct MultiHeadAttention: Layer, Hashable {
  /// The number of heads, which divides the channels.
  public let heads: Int
  /// Whether a step sees only itself and those before it.
  public let isCausal: Bool

  /// Makes a layer.
  ///
  /// - Precondition: there is a head.
  public init(heads: Int, isCausal: Bool = false) {
    precondition(heads > 0, "attention needs at least one head, not \(heads)")
    self.heads = heads
    self.isCausal = isCausal
  }

  /// Appends the projections, the attention and the product that joins the heads.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let lengths = try network.graph.lengths(of: input)
    let channels = network.graph[input].shape.columns
    guard channels % heads == 0 else {
      throw ComputeError(
        .shapeMismatch, "\(heads) heads of attention cannot share \(channels) channels equally")
    }
    let projections = try Dense(3 * channels)
      .append(to: input, named: "\(name).projections", in: &network)
    let attention = Attention(heads: heads, isCausal: isCausal)
    let attended = try network.graph.add(
      .sequence(.attention(attention)), [projections] + lengths)
    return try Dense(channels).append(to: attended, named: "\(name).outputs", in: &network)
  }
}
