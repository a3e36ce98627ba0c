import ApusCompute

/// The buffers of a plan on the device.
///
/// Each input has a buffer of its own: the host then only ever writes a buffer from its first
/// element on, and a copy of one input never waits for what reads another.
///
/// ```
/// | arena: intermediates and constants |   | input 0 |  | input 1 |   | tables |
/// ```
struct PlanMemory: ~Copyable {
  /// The intermediates.
  let arena: DeviceBuffer
  /// The inputs.
  let inputs: [SharedBuffer]
  /// What the kernels read from tables.
  let tables: ConstantTables

  /// Allocates the buffers, and writes the tables.
  ///
  /// - Throws: `ComputeError` with code `allocationFailed` or `executionFailed`.
  init(
    _ lowering: Lowering,
    _ launches: [Launch],
    context: borrowing Context,
    queue: borrowing CommandQueue
  ) throws(ComputeError) {
    let capacity = lowering.batchCapacity
    let arena = try DeviceBuffer(
      count: lowering.arena.count,
      context: context,
      purpose: "the intermediates of \(capacity) rows"
    )
    var inputs: [SharedBuffer] = []
    for id in lowering.graph.inputs {
      inputs.append(
        SharedBuffer(
          try DeviceBuffer(
            count: lowering.graph[id].shape.count(batchSize: capacity),
            context: context,
            purpose: "an input of \(capacity) rows"
          )
        )
      )
    }
    let tables = try ConstantTables(of: launches, context: context, queue: queue)
    self.arena = arena
    self.inputs = inputs
    self.tables = tables
  }
}

/// A buffer that an array can hold.
final class SharedBuffer: Sendable {
  /// The buffer.
  let buffer: DeviceBuffer

  /// Takes over a buffer.
  init(_ buffer: consuming DeviceBuffer) {
    self.buffer = buffer
  }
}
