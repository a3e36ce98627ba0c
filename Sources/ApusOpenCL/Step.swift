import ApusCompute

/// A launch made ready for a device: a kernel of its own with its arguments set.
///
/// What does not depend on the batch is set when the step is made; a run of another number of rows
/// sets the rest.
final class Step {
  private let kernel: Kernel
  private let batchedArguments: [(index: Int, value: Argument)]
  private let items: WorkItems
  private let localSize: [Int]
  private var globalSize: [Int] = [0, 0]

  /// Makes a step.
  ///
  /// - Parameters:
  ///   - launch: what to run.
  ///   - backend: where the kernels are.
  ///   - memory: the plan's buffers.
  ///   - variables: the variable store's buffer.
  /// - Throws: `ComputeError` with code `kernelBuildFailed` or `executionFailed`.
  init(
    _ launch: Launch,
    backend: OpenCLBackend,
    memory: borrowing PlanMemory,
    variables: borrowing DeviceBuffer
  ) throws(ComputeError) {
    let kernel = try backend.kernel(launch.kernel, of: launch.module)
    var batchedArguments: [(index: Int, value: Argument)] = []
    var index = 0
    for argument in launch.arguments {
      switch argument {
      case .tensor(let place):
        switch place.memory {
        case .arena: try kernel.setArgument(index, to: memory.arena)
        case .input(let number): try kernel.setArgument(index, to: memory.inputs[number].buffer)
        case .variables: try kernel.setArgument(index, to: variables)
        }
        try kernel.setArgument(index + 1, to: UInt64(place.offset))
        index += 2
        continue
      case .table(let words):
        try kernel.setArgument(index, to: memory.tables.buffer)
        try kernel.setArgument(index + 1, to: UInt64(memory.tables.offset(of: words)))
        index += 2
        continue
      case .count(let quantity) where quantity.isBatched,
        .divisor(let quantity) where quantity.isBatched:
        batchedArguments.append((index, argument))
      case .count, .divisor, .number:
        try kernel.setNumber(index, to: argument, rows: 0)
      }
      index += 1
    }
    self.kernel = kernel
    self.batchedArguments = batchedArguments
    self.items = launch.items
    self.localSize = [launch.items.grain.localSize(backend.flavour), 1]
  }

  /// Sets what depends on the number of rows.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func prepare(rows: Int) throws(ComputeError) {
    for (index, argument) in batchedArguments {
      try kernel.setNumber(index, to: argument, rows: rows)
    }
    globalSize[0] = items.first.value(rows: rows).roundedUp(toMultipleOf: localSize[0])
    globalSize[1] = items.second.value(rows: rows)
  }

  /// Enqueues the kernel for the rows that were prepared.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func enqueue(on queue: borrowing CommandQueue) throws(ComputeError) {
    try queue.enqueue(kernel, global: globalSize, local: localSize)
  }
}

extension Kernel {
  /// Sets an argument that is a number.
  fileprivate func setNumber(
    _ index: Int,
    to argument: Argument,
    rows: Int
  ) throws(ComputeError) {
    switch argument {
    case .tensor, .table:
      preconditionFailure("argument \(index) of \(name) is a tensor, not a number")
    case .count(let count): try setArgument(index, to: UInt32(count.value(rows: rows)))
    case .divisor(let count): try setArgument(index, to: Float(count.value(rows: rows)))
    case .number(let number): try setArgument(index, to: number)
    }
  }
}

extension WorkItems.Grain {
  /// The items of a work-group.
  func localSize(_ flavour: Flavour) -> Int {
    switch self {
    case .fine: 64
    case .coarse: flavour == .plain ? 8 : 64
    case .block: 1
    case .group: Tile.groupItems
    }
  }
}
