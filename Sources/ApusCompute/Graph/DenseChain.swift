/// A graph that is nothing but dense layers, one after the other.
///
/// ```
/// input -> matmul(bias, activation) -> ... -> matmul(bias, activation) [-> softmax] -> output
/// ```
public struct DenseChain: Hashable, Sendable {
  /// `activation(x weight + bias)`.
  public struct Layer: Hashable, Sendable {
    /// The weight, inputs x outputs.
    public let weight: Variable
    /// The bias, of outputs elements, or nil.
    public let bias: Variable?
    /// What is applied to each sum.
    public let activation: Activation

    /// The columns of the layer's input.
    public var inputs: Int { weight.count / outputs }
    /// The columns of the layer's output.
    public var outputs: Int { weight.shape.columns }
  }

  /// The layers, first to last; at least one.
  public let layers: [Layer]
  /// Whether each row of the last layer's output becomes its softmax.
  public let hasSoftmax: Bool

  /// The layers of `graph`, or nil where it holds anything else.
  public init?(_ graph: Graph) {
    let graph = graph.fused()
    guard graph.inputs.count == 1, graph.outputs.count == 1 else { return nil }
    hasSoftmax = graph[graph.outputs[0]].operation == .softmax
    let nodes = Self.layerOutputs(of: graph)
    layers = nodes.compactMap { Layer(graph, $0) }
    guard !layers.isEmpty, layers.count == nodes.count else { return nil }
  }

  /// The nodes of a fused graph from the input, itself left out, to the last layer's output: each
  /// the first operand of the next.
  static func layerOutputs(of graph: Graph) -> [Graph.NodeID] {
    var id = graph.outputs[0]
    if graph[id].operation == .softmax { id = graph[id].operands[0] }
    var nodes: [Graph.NodeID] = []
    while id != graph.inputs[0] {
      nodes.append(id)
      guard let operand = graph[id].operands.first else { break }
      id = operand
    }
    return nodes.reversed()
  }
}

extension DenseChain.Layer {
  /// The layer whose output is node `id`, or nil where it is something else.
  fileprivate init?(_ graph: Graph, _ id: Graph.NodeID) {
    let node = graph[id]
    guard case .matmul(let matmul) = node.operation, matmul.transposition == .nn,
      case .batch = node.shape.rows, case .variable(let weight) = graph[node.operands[1]].operation
    else { return nil }
    self.weight = weight
    if matmul.hasBias {
      guard case .variable(let bias) = graph[node.operands[2]].operation else { return nil }
      self.bias = bias
    } else {
      self.bias = nil
    }
    switch matmul.epilogue {
    case .none: activation = .identity
    case .activation(let activation): self.activation = activation
    case .activationGradient: return nil
    }
  }
}
