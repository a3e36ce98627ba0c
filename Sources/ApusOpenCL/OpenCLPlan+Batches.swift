public import ApusCompute

extension OpenCLPlan {
  /// Keeps the rows from which `run(_:)` gathers an input, on the device.
  ///
  /// - Parameters:
  ///   - table: rows as wide as those of the input.
  ///   - index: the input's number.
  /// - Throws: `ComputeError` with code `allocationFailed` or `executionFailed`.
  public func keep(_ table: RowTable, forInput index: Int) throws(ComputeError) {
    let input = inputs[index]
    precondition(
      input.shape == .batch(table.width),
      "rows of \(table.width) floats for an input of \(input.shape)")
    tables[index] = try ResidentTable(
      table, input: memory.inputs[index].buffer, at: input.place.offset, of: store)
  }

  /// Runs the graph on one batch after the other; all is enqueued before anything is waited for.
  ///
  /// ```
  ///  numbers, step values ──> | gather | steps | loss ─┐ gather | steps | loss ─┐ ...
  ///                                                    └──> results <───────────┘ ──> host
  /// ```
  /// - Parameter batches: which rows of the kept tables each batch has.
  /// - Returns: the first element of output 0 after each run.
  /// - Throws: `ComputeError` with code `allocationFailed` or `executionFailed`.
  public func run(_ batches: Batches) throws(ComputeError) -> [Float] {
    batches.check(
      tableCounts: tables.values.map(\.count),
      stepShapes: batches.stepInputs.map { inputs[$0].shape }, batchCapacity: batchCapacity)
    let backend = store.backend
    let numbers = try DeviceBuffer(
      count: batches.rows.count, context: backend.context, purpose: "the numbers of rows")
    let bits = batches.rows.map { Float(bitPattern: UInt32(bitPattern: $0)) }
    try store.queue.write(bits.span, to: numbers, at: 0)
    let values = try DeviceBuffer(
      count: batches.stepValues.count, context: backend.context, purpose: "the steps' values")
    if !batches.stepValues.isEmpty {
      try store.queue.write(batches.stepValues.span, to: values, at: 0)
    }
    let results = try DeviceBuffer(
      count: batches.count, context: backend.context, purpose: "the steps' results")
    for table in tables.values { try table.use(numbers: numbers) }

    var next = 0
    for step in 0..<batches.count {
      let first = step * batches.batchSize
      let rows = min(batches.batchSize, batches.rows.count - first)
      try prepare(rows: rows)
      for table in tables.values {
        try table.enqueue(first: first, count: rows, on: store.queue)
      }
      for index in batches.stepInputs {
        let count = inputs[index].shape.count(batchSize: rows)
        try store.queue.copy(
          values, from: next, count: count, to: memory.inputs[index].buffer,
          at: inputs[index].place.offset)
        next += count
      }
      for step in steps { try step.enqueue(on: store.queue) }
      try enqueueCopyOfResult(to: results, at: step)
    }
    let host = HostBuffer(count: batches.count)
    try unsafe store.queue.read(results, at: 0, count: batches.count, into: host.elements)
    return unsafe Array(host.elements)
  }

  private func enqueueCopyOfResult(
    to results: borrowing DeviceBuffer, at step: Int
  ) throws(ComputeError) {
    let place = outputs[0].place
    guard case .arena = place.memory else {
      preconditionFailure("output 0 is no intermediate: it is read from where it is")
    }
    try store.queue.copy(memory.arena, from: place.offset, count: 1, to: results, at: step)
  }
}
