public import ApusCompute

/// A block of a Transformer's encoder, normalized before each part:
/// `h = x + attention(norm(x))`, `y = h + gelu(norm(h) W₁ + b₁) W₂ + b₂`.
///
/// Shapes: x and y rows x steps x channels, W₁ channels x hidden. Its parameters are those of
/// `LayerNorm` (`attention.0`), `MultiHeadAttention` (`attention.1`), `LayerNorm` (`dense.0`) and
/// `Dense` (`dense.1`, `dense.2`). Sources: Vaswani et al., "Attention Is All You Need", NeurIPS
/// 2017; the place of the norms Xiong et al. 2020.
public struct TransformerEncoder: Layer, Hashable {
  /// The heads of the attention, which divide the channels.
  public let heads: Int
  /// The units between the block's two dense layers.
  public let hidden: Int
  /// The share of either part's results that is dropped in a step of training.
  public let dropout: Float
  /// Whether a step sees only itself and those before it.
  public let isCausal: Bool

  /// Makes a block.
  ///
  /// - Precondition: heads and hidden units are positive, and the dropout is from 0 to below 1.
  public init(heads: Int, hidden: Int, dropout: Float = 0, isCausal: Bool = false) {
    precondition(heads > 0 && hidden > 0, "a block of \(heads) heads and \(hidden) units")
    precondition(0..<1 ~= dropout, "a rate of dropout from 0 to below 1, not \(dropout)")
    self.heads = heads
    self.hidden = hidden
    self.dropout = dropout
    self.isCausal = isCausal
  }

  /// Appends the two parts, and what passes them by.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let channels = network.graph[input].shape.columns
    let attended = try Residual {
      LayerNorm()
      MultiHeadAttention(heads: heads, isCausal: isCausal)
      Dropout(dropout)
    }
    .append(to: input, named: "\(name).attention", in: &network)
    return try Residual {
      LayerNorm()
      Dense(hidden, activation: .gelu)
      Dense(channels)
      Dropout(dropout)
    }
    .append(to: attended, named: "\(name).dense", in: &network)
  }
}
