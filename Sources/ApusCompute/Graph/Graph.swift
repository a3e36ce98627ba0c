/// The one intermediate form: operations in the order in which they can run.
///
/// A node's operands are earlier nodes, so the array is its own topological order. Shapes are
/// static except the batch and are checked as nodes are added.
public struct Graph: Hashable, Sendable {
  /// A node's place in `nodes`.
  public typealias NodeID = Int

  /// One operation, its operands and the shape of its result.
  public struct Node: Hashable, Sendable {
    /// What is computed.
    public let operation: Operation
    /// The operands, all of them earlier nodes.
    public let operands: [NodeID]
    /// The shape of the result.
    public let shape: Shape
  }

  /// The nodes, operands before their users.
  public private(set) var nodes: [Node] = []
  /// The nodes that a caller may read after a run, or whose effect it wants.
  public var outputs: [NodeID] = []

  /// Makes an empty graph.
  public init() {}

  /// The node at `id`.
  public subscript(id: NodeID) -> Node { nodes[id] }

  /// Appends an operation and returns its node; an equal node is not added twice.
  ///
  /// - Throws: `ComputeError.shapeMismatch` when the operands do not fit.
  public mutating func add(
    _ operation: Operation,
    _ operands: [NodeID]
  ) throws(ComputeError) -> NodeID {
    for operand in operands where !nodes.indices.contains(operand) {
      throw ComputeError(
        .shapeMismatch,
        "\(operation) names node \(operand) of a graph of \(nodes.count) nodes"
      )
    }
    let shape = try operation.shape(of: operands.map { nodes[$0].shape })
    let node = Node(operation: operation, operands: operands, shape: shape)
    if operands.isEmpty, let known = nodes.firstIndex(of: node) { return known }
    nodes.append(node)
    return nodes.count - 1
  }

  /// Appends a node whose shape is already known.
  mutating func append(_ node: Node) -> NodeID {
    nodes.append(node)
    return nodes.count - 1
  }

  /// The input nodes in the order in which they were added; a plan numbers its inputs so.
  public var inputs: [NodeID] {
    nodes.indices.filter { if case .input = nodes[$0].operation { true } else { false } }
  }

  /// The variables in the order in which they were added.
  public var variables: [Variable] {
    nodes.compactMap { if case .variable(let variable) = $0.operation { variable } else { nil } }
  }
}
