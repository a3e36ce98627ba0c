public import ApusCompute

/// A graph made ready for an OpenCL device.
///
/// A run copies the inputs that were written since the last one, enqueues the steps, and returns;
/// reading an output waits for it.
///
/// ```
///  withInput -> host buffer --copy--> | input |
///                                         v
///                   variables <-->      steps
///                                        ^ v
///                                     | arena | --copy--> host buffer -> withOutput
/// ```
public final class OpenCLPlan: Plan {
  /// The most rows that a run may have.
  public var batchCapacity: Int { lowering.batchCapacity }

  /// The kernels that a run starts.
  var launchCount: Int { steps.count }

  let lowering: Lowering
  let store: OpenCLVariableStore
  let memory: PlanMemory
  let steps: [Step]
  let inputs: [InputPort]
  let outputs: [OutputPort]
  /// The rows that inputs are gathered from.
  var tables: [Int: ResidentTable] = [:]
  private var preparedRows = 0

  /// Allocates everything that a run needs.
  ///
  /// - Throws: `ComputeError` with code `kernelBuildFailed`, `allocationFailed` or
  ///   `executionFailed`.
  init(_ lowering: Lowering, store: OpenCLVariableStore) throws(ComputeError) {
    let backend = store.backend
    let graph = lowering.graph
    let launches = lowering.launches()
    let memory = try PlanMemory(
      lowering,
      launches,
      context: backend.context,
      queue: store.queue
    )
    for id in graph.nodes.indices {
      guard case .constant(let value) = graph[id].operation else { continue }
      try store.fill(memory.arena, at: lowering.place(of: id).offset, with: [value].span)
    }
    var steps: [Step] = []
    for launch in launches {
      steps.append(
        try Step(launch, backend: backend, memory: memory, variables: store.buffer)
      )
    }
    func port(_ id: Graph.NodeID) -> (Place, Shape, Int) {
      (lowering.place(of: id), graph[id].shape, lowering.batchCapacity)
    }
    var inputs: [InputPort] = []
    for id in graph.inputs {
      let (place, shape, capacity) = port(id)
      inputs.append(
        try InputPort(place: place, shape: shape, batchCapacity: capacity, store: store)
      )
    }
    var outputs: [OutputPort] = []
    for id in graph.outputs {
      let (place, shape, capacity) = port(id)
      outputs.append(
        try OutputPort(place: place, shape: shape, batchCapacity: capacity, store: store)
      )
    }
    self.inputs = inputs
    self.outputs = outputs
    self.lowering = lowering
    self.store = store
    self.memory = memory
    self.steps = steps
  }

  /// Lets `body` write the elements of an input, row-major, for a batch of `rows` rows.
  ///
  /// - Parameters:
  ///   - index: the input's number.
  ///   - rows: the rows of the batch.
  ///   - body: writes the elements; those that it does not write keep what was written before.
  /// - Throws: what `body` throws.
  public func withInput<Failure: Error>(
    _ index: Int,
    rows: Int,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    checkRows(rows)
    try inputs[index].write(rows: rows, body)
  }

  /// Runs the graph on the first `rows` rows of its inputs.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  public func run(rows: Int) throws(ComputeError) {
    try prepare(rows: rows)
    for (input, target) in zip(inputs, memory.inputs) {
      try input.upload(rows: rows, to: target.buffer, of: store)
    }
    for step in steps { try step.enqueue(on: store.queue) }
    try store.queue.flush()
  }

  /// Lets `body` read the elements of an output, row-major, of the last run's `rows` rows.
  ///
  /// - Parameters:
  ///   - index: the output's number.
  ///   - rows: the rows to read.
  ///   - body: reads the elements.
  /// - Returns: what `body` returns.
  /// - Throws: `ComputeError.executionFailed` when they cannot be fetched from the device, or
  ///   what `body` throws.
  public func withOutput<Result>(
    _ index: Int,
    rows: Int,
    _ body: (Span<Float>) throws -> Result
  ) throws -> Result {
    checkRows(rows)
    let output = outputs[index]
    switch output.place.memory {
    case .arena: try output.download(rows: rows, from: memory.arena, on: store.queue)
    case .input(let number):
      try output.download(rows: rows, from: memory.inputs[number].buffer, on: store.queue)
    case .variables: try output.download(rows: rows, from: store.buffer, on: store.queue)
    }
    return try output.read(rows: rows, body)
  }

  /// Sets what of the steps' arguments depends on the number of rows.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func prepare(rows: Int) throws(ComputeError) {
    checkRows(rows)
    guard rows != preparedRows else { return }
    preparedRows = 0
    for step in steps { try step.prepare(rows: rows) }
    preparedRows = rows
  }

  private func checkRows(_ rows: Int) {
    precondition(
      (1...batchCapacity).contains(rows),
      "a plan for \(batchCapacity) rows was asked for \(rows)"
    )
  }
}
