import ApusCompute

/// A fused graph turned into kernel launches over two flat buffers; no device is involved.
///
/// ```
///   Graph, fused  +  ArenaLayout  +  VariableLayout   ->   [Launch]
/// ```
/// Each operation's launches are made in the file named after it.
struct Lowering {
  /// The elements of the kernels' vectors, `LANES` in `common.cl`.
  static let lanes = 16

  /// The graph as it runs.
  let graph: Graph
  /// The most rows that a run may have.
  let batchCapacity: Int
  /// Where the intermediates lie.
  let arena: ArenaLayout
  /// Where each node's result lies.
  private let places: [Place]

  /// Lays out a fused graph.
  ///
  /// - Parameters:
  ///   - graph: the graph, fused.
  ///   - batchCapacity: the most rows that a run may have.
  ///   - variables: where the variables lie.
  /// - Throws: `ComputeError.variableMismatch` when the store lacks a variable, or
  ///   `ComputeError.allocationFailed` when a tensor has more elements than a kernel can count.
  init(
    _ graph: Graph,
    batchCapacity: Int,
    variables: VariableLayout
  ) throws(ComputeError) {
    let arena = ArenaLayout(graph, batchCapacity: batchCapacity) { id in
      graph.scratchCount(id, batchCapacity: batchCapacity)
    }
    var places: [Place] = []
    for (id, node) in graph.nodes.enumerated() {
      let count = node.shape.count(batchSize: batchCapacity)
      guard count <= Int(Int32.max) else {
        throw ComputeError(
          .allocationFailed,
          "\(node.operation) makes \(count) elements; a kernel counts to \(Int32.max)"
        )
      }
      switch node.operation {
      case .variable(let variable):
        places.append(Place(memory: .variables, offset: try variables.offset(of: variable)))
      case .update:
        places.append(places[node.operands[0]])
      default:
        places.append(Place(memory: .arena, offset: arena.offsets[id] ?? 0))
      }
    }
    self.graph = graph
    self.batchCapacity = batchCapacity
    self.arena = arena
    self.places = places
  }

  /// Where the result of a node lies.
  func place(of id: Graph.NodeID) -> Place { places[id] }

  /// Where a node's scratch lies.
  func scratch(of id: Graph.NodeID) -> Place {
    Place(memory: .arena, offset: arena.scratchOffsets[id] ?? 0)
  }

  /// A node's result as an argument.
  func tensor(_ id: Graph.NodeID) -> Argument { .tensor(place(of: id)) }

  /// A node's operands as arguments.
  func operands(of id: Graph.NodeID) -> [Argument] { graph[id].operands.map(tensor) }

  /// The blocks of `lanes` columns that cover `columns`.
  static func columnBlocks(_ columns: Int) -> Int { (columns + lanes - 1) / lanes }

  /// Everything that a run does, in order.
  func launches() -> [Launch] { graph.nodes.indices.flatMap(launches(for:)) }

  private func launches(for id: Graph.NodeID) -> [Launch] {
    switch graph[id].operation {
    case .input, .variable, .constant: []
    case .matmul(let matmul): launches(for: matmul, id)
    case .binary(let binary): launches(for: binary, id)
    case .activation(let activation): launches(for: activation, id)
    case .activationGradient(let activation): launches(forGradientOf: activation, id)
    case .reduce(let reduction): launches(for: reduction, id)
    case .broadcast(let reduction, _): launches(forBroadcastOf: reduction, id)
    case .softmax: launchesForSoftmax(id)
    case .loss(let loss): launches(for: loss, id)
    case .lossGradient(let loss): launches(forGradientOf: loss, id)
    case .update(let rule): launches(for: rule, id)
    }
  }
}

extension Graph {
  /// The elements that a node needs while it runs, beside its result.
  fileprivate func scratchCount(_ id: NodeID, batchCapacity: Int) -> Int {
    let node = self[id]
    let operands = node.operands.map { self[$0].shape }
    return switch node.operation {
    case .matmul(let matmul): Lowering.scratchCount(of: matmul, operands)
    case .reduce(let reduction):
      Lowering.scratchCount(of: reduction, operands, batchCapacity: batchCapacity)
    case .loss(let loss): Lowering.scratchCount(of: loss, operands, batchCapacity: batchCapacity)
    default: 0
    }
  }
}
