/// Where each intermediate of a graph lies in a plan's one arena.
///
/// Intermediates whose lifetimes do not overlap share memory: each is placed, in the order of
/// running, at the lowest offset that no tensor alive at the same time covers. Inputs, outputs and
/// constants keep their place for good, since they are touched between runs or written only once.
///
/// ```
///  element 0                                              count
///  | input | hidden 1 | hidden 3 ...   | output |
///          | hidden 2 (dead before 3)|
/// ```
public struct ArenaLayout: Hashable, Sendable {
  /// The alignment of each tensor, in elements.
  public static let alignment = 16

  /// The first element of each node's result; nil for variables and in-place updates.
  public let offsets: [Graph.NodeID: Int]
  /// The first element of each node's scratch, for nodes that asked for some.
  public let scratchOffsets: [Graph.NodeID: Int]
  /// The number of elements of the arena.
  public let count: Int

  /// Lays out the intermediates of `graph`.
  ///
  /// - Parameters:
  ///   - graph: the graph as it will run, fused.
  ///   - batchCapacity: the rows to reserve for.
  ///   - scratch: the number of elements that a node needs while it runs, beside its result.
  public init(
    _ graph: Graph,
    batchCapacity: Int,
    scratch: (Graph.NodeID) -> Int = { _ in 0 }
  ) {
    let end = graph.nodes.count
    var lastUse = Array(graph.nodes.indices)
    for (id, node) in graph.nodes.enumerated() {
      for operand in node.operands { lastUse[graph.storage(of: operand)] = id }
    }
    for id in graph.inputs + graph.outputs { lastUse[graph.storage(of: id)] = end }

    var packer = Packer()
    for (id, node) in graph.nodes.enumerated() where node.operation.isPinned {
      packer.place(id, count: node.shape.count(batchSize: batchCapacity), until: end)
    }
    var scratchOffsets: [Graph.NodeID: Int] = [:]
    for (id, node) in graph.nodes.enumerated() {
      packer.release(before: id)
      switch node.operation {
      case .input, .constant, .variable, .average, .update, .lookupUpdate, .reshape: break
      default:
        packer.place(id, count: node.shape.count(batchSize: batchCapacity), until: lastUse[id])
      }
      let needed = scratch(id)
      if needed > 0 { scratchOffsets[id] = packer.reserve(needed, until: id) }
    }
    var offsets = packer.offsets
    for id in graph.nodes.indices { offsets[id] = offsets[graph.storage(of: id)] }
    self.offsets = offsets
    self.scratchOffsets = scratchOffsets
    self.count = packer.count
  }
}

extension Operation {
  /// Whether the result is written outside a run and so keeps its place.
  fileprivate var isPinned: Bool {
    switch self {
    case .input, .constant: true
    default: false
    }
  }
}

/// First-fit placement of intervals of memory that are alive for intervals of time.
private struct Packer {
  private struct Block {
    let range: Range<Int>
    let lastUse: Int
  }

  private(set) var offsets: [Graph.NodeID: Int] = [:]
  private(set) var count = 0
  private var live: [Block] = []

  mutating func release(before time: Int) {
    live.removeAll { $0.lastUse < time }
  }

  mutating func place(_ id: Graph.NodeID, count: Int, until lastUse: Int) {
    offsets[id] = reserve(count, until: lastUse)
  }

  mutating func reserve(_ elements: Int, until lastUse: Int) -> Int {
    let size = elements.roundedUp(toMultipleOf: ArenaLayout.alignment)
    var start = 0
    for block in live {
      if start + size <= block.range.lowerBound { break }
      start = max(start, block.range.upperBound)
    }
    let block = Block(range: start..<start + size, lastUse: lastUse)
    live.insert(
      block,
      at: live.firstIndex { $0.range.lowerBound > start } ?? live.endIndex
    )
    count = max(count, start + size)
    return start
  }
}
