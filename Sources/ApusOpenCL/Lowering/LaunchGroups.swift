import ApusCompute

/// The nodes of a graph that are computed together, at the place of the last of them.
///
/// ```
/// matmul -> matmul -> matmul      a dense net, in one launch
/// loss, gradient of the loss      one launch that reads the prediction once
/// update, update, update          one launch over all parameters
/// ```
/// A group never changes a bit of what its nodes compute, and each of its nodes may be launched
/// later than it stands: nobody between reads what it writes, or writes what it reads.
struct LaunchGroups {
  /// The products of each dense net, by its last product.
  private(set) var denseNets: [Graph.NodeID: [Graph.NodeID]] = [:]
  /// The loss that is computed with its gradient, by the gradient.
  private(set) var losses: [Graph.NodeID: Graph.NodeID] = [:]
  /// The updates that are done together, by the last.
  private(set) var updates: [Graph.NodeID: [Graph.NodeID]] = [:]
  /// The nodes that are launched at another node's place.
  private(set) var deferred: Set<Graph.NodeID> = []

  /// Finds the groups of a fused graph.
  ///
  /// - Parameters:
  ///   - graph: the graph.
  ///   - greatestWidth: the most columns of a tensor of a dense net; none is formed at 0.
  init(_ graph: Graph, greatestWidth: Int) {
    findDenseNets(in: graph, greatestWidth)
    findLosses(in: graph)
    findUpdates(in: graph)
  }

  /// Chains of products from an input on, each the only user of the one before it.
  ///
  /// A chain starts at an input because an input keeps its place in the arena until the end.
  private mutating func findDenseNets(in graph: Graph, _ greatestWidth: Int) {
    let firstUpdate = graph.nodes.firstIndex { $0.operation.isUpdate } ?? graph.nodes.count
    let users = graph.users
    for id in graph.nodes.indices where graph.isDenseLayer(id, greatestWidth) {
      guard case .input = graph[graph[id].operands[0]].operation else { continue }
      var chain = [id]
      while let last = chain.last, users[last].count == 1, !graph.outputs.contains(last),
        let next = users[last].first, graph[next].operands[0] == last,
        graph.isDenseLayer(next, greatestWidth)
      {
        chain.append(next)
      }
      guard chain.count > 1, let last = chain.last, last < firstUpdate else { continue }
      denseNets[last] = chain
      deferred.formUnion(chain.dropLast())
    }
  }

  private mutating func findLosses(in graph: Graph) {
    let users = graph.users
    for (id, node) in graph.nodes.enumerated() {
      guard case .lossGradient(let kind) = node.operation else { continue }
      let match = graph.nodes[..<id].firstIndex {
        guard case .loss(kind) = $0.operation else { return false }
        return $0.operands == Array(node.operands.prefix(2))
      }
      guard let loss = match, !deferred.contains(loss), !users[loss].contains(where: { $0 <= id })
      else { continue }
      losses[id] = loss
      deferred.insert(loss)
    }
  }

  /// Runs of updates by one rule and one schedule, with nothing launched in between.
  private mutating func findUpdates(in graph: Graph) {
    var run: [Graph.NodeID] = []
    func belongs(_ id: Graph.NodeID, to run: [Graph.NodeID]) -> Bool {
      guard let last = run.last else { return true }
      return graph[last].operation == graph[id].operation
        && graph[last].operands[2] == graph[id].operands[2]
        && !run.contains { graph[$0].operands[0] == graph[id].operands[0] }
    }
    for (id, node) in graph.nodes.enumerated() {
      switch node.operation {
      case .input, .variable, .constant, .reshape: continue
      case .update where belongs(id, to: run): run.append(id)
      case .update:
        close(run)
        run = [id]
      default:
        close(run)
        run = []
      }
    }
    close(run)
  }

  private mutating func close(_ run: [Graph.NodeID]) {
    guard let last = run.last else { return }
    updates[last] = run
    deferred.formUnion(run.dropLast())
  }
}

extension Graph {
  /// The nodes that read each node.
  fileprivate var users: [[NodeID]] {
    var users = [[NodeID]](repeating: [], count: nodes.count)
    for (id, node) in nodes.enumerated() {
      for operand in node.operands { users[operand].append(id) }
    }
    return users
  }

  /// Whether a node is a product with a weight that a dense net's kernel can compute.
  fileprivate func isDenseLayer(_ id: NodeID, _ greatestWidth: Int) -> Bool {
    let node = self[id]
    guard case .matmul(let matmul) = node.operation, matmul.transposition == .nn, !matmul.hasMask,
      case .batch = node.shape.rows, self[node.operands[0]].shape.columns <= greatestWidth,
      node.shape.columns <= greatestWidth
    else { return false }
    return node.operands.dropFirst().allSatisfy {
      guard case .variable = self[$0].operation else { return false }
      return true
    }
  }
}

extension Operation {
  fileprivate var isUpdate: Bool {
    switch self {
    case .update, .lookupUpdate: true
    default: false
    }
  }
}
