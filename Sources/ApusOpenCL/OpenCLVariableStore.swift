public import ApusCompute

/// Named tensors in one buffer on an OpenCL device.
///
/// The store owns the one in-order queue on which its plans run, so that plans that take turns
/// find each other's updates without waiting for each other.
public final class OpenCLVariableStore: VariableStore {
  /// The variables and their places.
  public let layout: VariableLayout

  let backend: OpenCLBackend
  let queue: CommandQueue
  /// Where inputs cross a bus while `queue` computes.
  let copyQueue: CommandQueue
  /// Whether inputs take the way over `copyQueue`.
  let overlapsCopies: Bool
  let buffer: DeviceBuffer

  /// Allocates zeroed storage.
  ///
  /// - Parameters:
  ///   - layout: the variables and their places.
  ///   - backend: where they live.
  ///   - overlapsCopies: whether inputs go by a queue of their own; nil where the device has memory
  ///     of its own.
  /// - Throws: `ComputeError.allocationFailed`.
  init(
    _ layout: VariableLayout,
    backend: OpenCLBackend,
    overlapsCopies: Bool? = nil
  ) throws(ComputeError) {
    let queue = try CommandQueue(backend.context)
    let copyQueue = try CommandQueue(backend.context)
    let buffer = try DeviceBuffer(
      count: layout.count,
      context: backend.context,
      purpose: "the variables"
    )
    self.layout = layout
    self.backend = backend
    self.queue = queue
    self.copyQueue = copyQueue
    self.overlapsCopies = overlapsCopies ?? !backend.context.device.sharesMemory
    self.buffer = buffer
  }

  /// Replaces a variable's elements, row-major.
  ///
  /// - Throws: `ComputeError.variableMismatch` when the name or the element count is wrong.
  public func write(_ values: Span<Float>, to name: String) throws(ComputeError) {
    let range = try layout.range(of: name, count: values.count)
    try fill(buffer, at: range.lowerBound, with: values)
  }

  /// Replaces the elements of a buffer from `offset` on, by way of a buffer of their own.
  ///
  /// A kernel copies them, so that the host writes no part of a buffer: tools that watch memory,
  /// such as Oclgrind, lose sight of the rest of a buffer that the host writes in part.
  ///
  /// - Throws: `ComputeError` with code `allocationFailed` or `executionFailed`.
  func fill(
    _ target: borrowing DeviceBuffer,
    at offset: Int,
    with values: Span<Float>
  ) throws(ComputeError) {
    let count = values.count
    let source = try DeviceBuffer(count: count, context: backend.context, purpose: "new values")
    try queue.write(values, to: source, at: 0)
    let kernel = try backend.kernel("activation", of: .activation)
    try kernel.setArgument(0, to: source)
    try kernel.setArgument(1, to: UInt64(0))
    try kernel.setArgument(2, to: target)
    try kernel.setArgument(3, to: UInt64(offset))
    try kernel.setArgument(4, to: UInt32(count))
    try kernel.setArgument(5, to: UInt32(Activation.identity.kernelNumber))
    let local = WorkItems.Grain.fine.localSize(backend.flavour)
    let items = (count + backend.flavour.lanes - 1) / backend.flavour.lanes
    try queue.enqueue(
      kernel,
      global: [items.roundedUp(toMultipleOf: local), 1],
      local: [local, 1]
    )
  }

  /// Replaces `values` by a variable's elements, row-major, in the memory that they have.
  ///
  /// - Throws: `ComputeError.variableMismatch` when there is no such variable, or
  ///   `ComputeError.executionFailed` when they cannot be fetched from the device.
  public func read(_ name: String, into values: inout [Float]) throws(ComputeError) {
    let range = try layout.range(of: name)
    values.resize(to: range.count)
    try unsafe values.withUnsafeMutableBufferPointer { elements throws(ComputeError) in
      try unsafe queue.read(
        buffer, at: range.lowerBound, count: range.count, into: elements)
    }
  }
}

extension OpenCLBackend {
  /// Makes zeroed storage whose plans have inputs overtake runs, or not, whatever the device.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  package func makeVariables(
    _ variables: [Variable],
    overlapsCopies: Bool
  ) throws(ComputeError) -> any VariableStore {
    try OpenCLVariableStore(
      VariableLayout(variables),
      backend: self,
      overlapsCopies: overlapsCopies
    )
  }
}
