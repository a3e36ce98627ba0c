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
    try queue.write(values, to: buffer, at: range.lowerBound)
  }

  /// A variable's elements, row-major.
  ///
  /// - Throws: `ComputeError.variableMismatch` when there is no such variable, or
  ///   `ComputeError.executionFailed` when they cannot be fetched from the device.
  public func read(_ name: String) throws(ComputeError) -> [Float] {
    let range = try layout.range(of: name)
    let values = HostBuffer(count: range.count)
    try unsafe queue.read(
      buffer,
      at: range.lowerBound,
      count: range.count,
      into: values.elements
    )
    return unsafe Array(values.elements)
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
