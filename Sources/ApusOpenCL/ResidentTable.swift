import ApusCompute

/// Rows that stay on the device, and the kernel that gathers a plan's input from them.
final class ResidentTable {
  private let table: DeviceBuffer
  private let kernel: Kernel
  private let localSize: Int
  private let itemsPerRow: Int
  /// The number of rows.
  let count: Int

  /// Copies the rows to the device.
  ///
  /// - Parameters:
  ///   - rows: the rows.
  ///   - input: the input's buffer.
  ///   - offset: its first element.
  ///   - store: where the plan's variables are.
  /// - Throws: `ComputeError` with code `allocationFailed` or `executionFailed`.
  init(
    _ rows: RowTable, input: borrowing DeviceBuffer, at offset: Int, of store: OpenCLVariableStore
  ) throws(ComputeError) {
    let backend = store.backend
    let table = try DeviceBuffer(
      count: rows.values.count, context: backend.context, purpose: "the rows to learn from")
    try store.queue.write(rows.values, to: table, at: 0)
    let kernel = try backend.kernel("gather", of: .gather)
    try kernel.setArgument(0, to: table)
    try kernel.setArgument(3, to: input)
    try kernel.setArgument(4, to: UInt64(offset))
    try kernel.setArgument(6, to: UInt32(rows.width))
    localSize = WorkItems.Grain.fine.localSize(backend.flavour)
    itemsPerRow = (rows.width + backend.flavour.lanes - 1) / backend.flavour.lanes
    count = rows.count
    self.kernel = kernel
    self.table = table
  }

  /// Says where the numbers of the rows lie.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func use(numbers: borrowing DeviceBuffer) throws(ComputeError) {
    try kernel.setArgument(1, to: numbers)
  }

  /// Enqueues the copy of a batch's rows to the input.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func enqueue(
    first: Int, count: Int, on queue: borrowing CommandQueue
  ) throws(ComputeError) {
    try kernel.setArgument(2, to: UInt32(first))
    try kernel.setArgument(5, to: UInt32(count))
    let items = (count * itemsPerRow).roundedUp(toMultipleOf: localSize)
    try queue.enqueue(kernel, global: [items, 1], local: [localSize, 1])
  }
}
