import ApusCompute
import COpenCL

/// The owner of floats in host memory that the driver allocated, so that a device copies them
/// without a detour.
///
/// A discrete GPU reads and writes such memory by itself, at the full width of its bus; copies of
/// other memory go through the driver's own, piece by piece. The memory is a `cl_mem` that is
/// mapped once, for the buffer's whole life.
@safe
struct PinnedBuffer: ~Copyable, @unchecked Sendable {
  /// The elements.
  let elements: UnsafeMutableBufferPointer<Float>
  private let library: OpenCLLibrary
  private let memory: cl_mem
  private let queue: cl_command_queue

  /// Allocates `count` zeros.
  ///
  /// - Parameters:
  ///   - count: the number of elements; at least one is allocated.
  ///   - context: where to allocate.
  ///   - queue: where to map; it is kept until the buffer goes.
  /// - Throws: `ComputeError.allocationFailed`.
  init(
    count: Int,
    context: borrowing Context,
    queue: borrowing CommandQueue
  ) throws(ComputeError) {
    let library = context.device.library
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    var status: cl_int = 0
    let memory = unsafe library.functions.clCreateBuffer(
      context.handle,
      cl_mem_flags(CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR),
      bytes,
      nil,
      &status
    )
    guard let memory = unsafe memory else {
      throw Self.failure(bytes, context.device, "clCreateBuffer", status)
    }
    let start = unsafe library.functions.clEnqueueMapBuffer(
      queue.handle,
      memory,
      cl_bool(CL_TRUE),
      cl_map_flags(CL_MAP_READ | CL_MAP_WRITE),
      0,
      bytes,
      0,
      nil,
      nil,
      &status
    )
    guard status == CL_SUCCESS, let start = unsafe start else {
      _ = unsafe library.functions.clReleaseMemObject(memory)
      throw Self.failure(bytes, context.device, "clEnqueueMapBuffer", status)
    }
    _ = unsafe library.functions.clRetainCommandQueue(queue.handle)
    self.library = library
    unsafe self.memory = memory
    unsafe self.queue = queue.handle
    unsafe elements = UnsafeMutableBufferPointer(
      start: start.assumingMemoryBound(to: Float.self),
      count: max(count, 1)
    )
    unsafe elements.initialize(repeating: 0)
  }

  deinit {
    _ = unsafe library.functions.clEnqueueUnmapMemObject(
      queue,
      memory,
      elements.baseAddress,
      0,
      nil,
      nil
    )
    // The memory may not go while the queue still has to unmap it.
    _ = unsafe library.functions.clFinish(queue)
    _ = unsafe library.functions.clReleaseMemObject(memory)
    _ = unsafe library.functions.clReleaseCommandQueue(queue)
  }

  /// Replaces the first `count` elements by those of `other`.
  func copy(from other: borrowing PinnedBuffer, count: Int) {
    let source = unsafe UnsafeBufferPointer(rebasing: other.elements[0..<count])
    _ = unsafe elements.update(fromContentsOf: source)
  }

  private static func failure(
    _ bytes: Int,
    _ device: Device,
    _ call: StaticString,
    _ status: cl_int
  ) -> ComputeError {
    ComputeError(
      .allocationFailed,
      "\(device.name) gives no \(bytes) bytes of host memory to copy through",
      cause: OpenCLStatus(call: call, value: status).description
    )
  }
}
