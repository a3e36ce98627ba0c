internal import ApusCompute
internal import CSIMD

/// A graph as a flat list of C steps over one arena and the variables' store.
///
/// ```
/// steps   [matmul+relu] [matmul+relu] [matmul]      each names places in
/// arena   | input | hidden | hidden | output | scratch |
/// store   | layers.0.weight | layers.0.bias | ...
/// ```
final class CPUPlan: Plan {
  let batchCapacity: Int

  let steps: [apus_step]
  let arena: AlignedBuffer
  let inputs: [Tensor]
  /// The outputs; nil where an output is a variable, which is read from its store.
  let outputs: [Tensor?]
  let isa: apus_isa
  let pool: ThreadPool
  let store: CPUVariableStore
  /// The rows that inputs are gathered from.
  var tables: [Int: RowTable] = [:]

  /// Where a caller reads or writes between runs.
  struct Tensor {
    let offset: Int
    let shape: Shape

    func range(rows: Int) -> Range<Int> { offset..<offset + shape.count(batchSize: rows) }
  }

  init(
    _ graph: Graph,
    batchCapacity: Int,
    store: CPUVariableStore,
    isa: apus_isa,
    pool: ThreadPool
  ) throws(ComputeError) {
    let layout = ArenaLayout(graph, batchCapacity: batchCapacity) { id in
      graph.scratchCount(
        of: id, batchCapacity: batchCapacity, isa: isa, threads: pool.threads)
    }
    let arena = try AlignedBuffer(count: layout.count)
    let lowering = Lowering(graph: graph, layout: layout, variables: store.layout)
    var steps: [apus_step] = []
    for id in graph.nodes.indices {
      steps += try lowering.steps(for: id)
    }
    self.steps = steps
    for (id, node) in graph.nodes.enumerated() {
      // No step writes to a constant, so its place is written once.
      guard case .constant(let value) = node.operation, let offset = layout.offsets[id]
      else { continue }
      arena.withMutableElements(offset..<offset + 1) { $0[0] = value }
    }
    func tensor(_ id: Graph.NodeID) -> Tensor? {
      layout.offsets[id].map { Tensor(offset: $0, shape: graph[id].shape) }
    }
    self.inputs = graph.inputs.compactMap(tensor)
    self.outputs = graph.outputs.map(tensor)
    self.batchCapacity = batchCapacity
    self.store = store
    self.isa = isa
    self.pool = pool
    self.arena = arena
  }

  func withInput<Failure: Error>(
    _ index: Int,
    rows: Int,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    try arena.withMutableElements(inputs[index].range(rows: checked(rows)), body)
  }

  func run(rows: Int) {
    let rows = checked(rows)
    unsafe steps.withUnsafeBufferPointer { steps in
      guard let first = steps.baseAddress else { return }
      unsafe apus_run(
        isa,
        first,
        steps.count,
        rows,
        arena.base,
        store.memory.base,
        pool.handle
      )
    }
  }

  func withOutput<Result>(
    _ index: Int,
    rows: Int,
    _ body: (Span<Float>) throws -> Result
  ) throws -> Result {
    guard let output = outputs[index] else {
      preconditionFailure("output \(index) is a variable: read it from its store")
    }
    return try arena.withElements(output.range(rows: checked(rows)), body)
  }

  private func checked(_ rows: Int) -> Int {
    precondition(
      1...batchCapacity ~= rows,
      "a run of \(rows) rows on a plan for 1...\(batchCapacity)"
    )
    return rows
  }
}
