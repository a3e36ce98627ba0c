import ApusCompute

/// A fused graph turned into kernel launches over two flat buffers; no device is involved.
///
/// ```
///   Graph, fused  +  ArenaLayout  +  VariableLayout   ->   [Launch]
/// ```
/// Each operation's launches are made in the file named after it.
struct Lowering {
  /// The graph as it runs.
  let graph: Graph
  /// The most rows that a run may have.
  let batchCapacity: Int
  /// Which kernel computes which product, on which kind of device.
  let variants: VariantTable
  /// Where the intermediates lie.
  let arena: ArenaLayout
  /// Where each node's result lies.
  private let places: [Place]
  private let groups: LaunchGroups

  /// Lays out a fused graph.
  ///
  /// - Parameters:
  ///   - graph: the graph, fused.
  ///   - batchCapacity: the most rows that a run may have.
  ///   - variables: where the variables lie.
  ///   - variants: which kernel computes which product.
  /// - Throws: `ComputeError.variableMismatch` when the store lacks a variable, or
  ///   `ComputeError.allocationFailed` when a tensor has more elements than a kernel can count.
  init(
    _ graph: Graph,
    batchCapacity: Int,
    variables: VariableLayout,
    variants: VariantTable
  ) throws(ComputeError) {
    let groups = LaunchGroups(
      graph,
      greatestWidth: variants.joinsDenseNets
        ? Self.greatestDenseWidth(variants.traits) : 0
    )
    let arena = ArenaLayout(graph, batchCapacity: batchCapacity) { id in
      // A loss that is computed with its gradient needs its scratch there.
      groups.deferred.contains(id)
        ? 0
        : graph.scratchCount(
          groups.losses[id] ?? id,
          batchCapacity: batchCapacity,
          variants: variants
        )
    }
    guard max(arena.count, variables.count) <= Int(UInt32.max) else {
      throw ComputeError(
        .allocationFailed,
        "a plan of \(arena.count) floats; a kernel's table addresses \(UInt32.max)"
      )
    }
    var places: [Place] = []
    var inputs = 0
    for (id, node) in graph.nodes.enumerated() {
      let count = node.shape.count(batchSize: batchCapacity)
      guard count <= Int(Int32.max) else {
        throw ComputeError(
          .allocationFailed,
          "\(node.operation) makes \(count) elements; a kernel counts to \(Int32.max)"
        )
      }
      switch node.operation {
      case .input:
        places.append(Place(memory: .input(inputs), offset: 0))
        inputs += 1
      case .variable(let variable):
        places.append(Place(memory: .variables, offset: try variables.offset(of: variable)))
      case .average, .update, .lookupUpdate, .reshape:
        places.append(places[node.operands[0]])
      default:
        places.append(Place(memory: .arena, offset: arena.offsets[id] ?? 0))
      }
    }
    self.graph = graph
    self.batchCapacity = batchCapacity
    self.arena = arena
    self.places = places
    self.variants = variants
    self.groups = groups
  }

  /// How kernels are written for the device.
  var flavour: Flavour { variants.traits.flavour }

  /// The elements of the kernels' vectors, `LANES` in `common.cl`.
  var lanes: Int { flavour.lanes }

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
  func columnBlocks(_ columns: Int) -> Quantity { Quantity(columns, dividedBy: lanes) }

  /// Everything that a run does, in order.
  func launches() -> [Launch] { graph.nodes.indices.flatMap(launches(for:)) }

  private func launches(for id: Graph.NodeID) -> [Launch] {
    if groups.deferred.contains(id) { return [] }
    if let chain = groups.denseNets[id] { return launches(forDenseNet: chain) }
    switch graph[id].operation {
    case .input, .variable, .constant, .reshape: return []
    case .matmul(let matmul): return launches(for: matmul, id)
    case .binary(let binary): return launches(for: binary, id)
    case .columns(let columns): return launches(for: columns, id)
    case .lookup(let lookup): return launches(for: lookup, id)
    case .lookupGradient(let lookup, _): return launches(forGradientOf: lookup, id)
    case .dropout(let mask): return launches(for: mask, id)
    case .inverseRoot(let epsilon):
      return [elementwise("inverse_root", of: .normalize, id, [.number(epsilon)])]
    case .average(let momentum):
      return [elementwise("average", of: .normalize, id, [.number(momentum)])]
    case .normalize(let normalization):
      return launches("normalize_rows", for: normalization, id)
    case .normalizeGradient(let normalization):
      return launches("normalize_rows_gradient", for: normalization, id)
    case .activation(let activation): return launches(for: activation, id)
    case .activationGradient(let activation): return launches(forGradientOf: activation, id)
    case .reduce(let reduction): return launches(for: reduction, id)
    case .broadcast(let reduction, _): return launches(forBroadcastOf: reduction, id)
    case .softmax: return launchesForSoftmax(id)
    case .sequence(let sequence): return launches(for: sequence, id)
    case .loss(let loss): return launches(for: loss, id, with: nil)
    case .lossGradient(let loss):
      if let node = groups.losses[id] { return launches(for: loss, node, with: id) }
      return launches(forGradientOf: loss, id)
    case .normLimit(let limit): return launches(forNormLimit: limit, id)
    case .lookupUpdate(let lookup, let rule, let penalty):
      return launches(for: lookup, updatedBy: rule, penalty, id)
    case .update(let rule, let penalty):
      return launches(for: rule, penalty, groups.updates[id] ?? [id])
    }
  }
}

extension Graph {
  /// The elements that a node needs while it runs, beside its result.
  fileprivate func scratchCount(
    _ id: NodeID,
    batchCapacity: Int,
    variants: VariantTable
  ) -> Int {
    let node = self[id]
    let operands = node.operands.map { self[$0].shape }
    return switch node.operation {
    case .matmul(let matmul):
      Lowering.scratchCount(
        of: matmul,
        operands,
        batchCapacity: batchCapacity,
        variants: variants
      )
    case .lookupUpdate:
      Lowering.scratchCountOfSortedIdentifiers(operands[1], batchCapacity: batchCapacity)
    case .lookupGradient:
      Lowering.scratchCountOfSortedIdentifiers(operands[0], batchCapacity: batchCapacity)
    case .reduce(let reduction):
      Lowering.scratchCount(of: reduction, operands, batchCapacity: batchCapacity)
    case .sequence(let sequence):
      Lowering.scratchCount(of: sequence, operands, batchCapacity: batchCapacity)
    case .loss(let loss):
      Lowering.scratchCount(
        of: loss,
        operands,
        batchCapacity: batchCapacity,
        flavour: variants.traits.flavour
      )
    default: 0
    }
  }
}
