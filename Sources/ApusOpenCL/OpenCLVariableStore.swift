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
  let buffer: DeviceBuffer

  /// Allocates zeroed storage.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  init(_ layout: VariableLayout, backend: OpenCLBackend) throws(ComputeError) {
    let queue = try CommandQueue(backend.context)
    let buffer = try DeviceBuffer(
      count: layout.count,
      context: backend.context,
      purpose: "the variables"
    )
    self.layout = layout
    self.backend = backend
    self.queue = queue
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
    try queue.read(buffer, at: range.lowerBound, count: range.count, into: values)
    return unsafe Array(values.elements)
  }
}
