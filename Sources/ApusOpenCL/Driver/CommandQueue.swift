import ApusCompute
import COpenCL

/// The owner of an in-order `cl_command_queue` without profiling.
@safe
struct CommandQueue: ~Copyable, @unchecked Sendable {
  private let library: OpenCLLibrary
  private let handle: cl_command_queue

  /// Makes a queue of the context's device.
  ///
  /// - Throws: `ComputeError.allocationFailed` when the driver refuses.
  init(_ context: borrowing Context) throws(ComputeError) {
    let library = context.device.library
    var status: cl_int = 0
    let handle = unsafe library.functions.clCreateCommandQueue(
      context.handle,
      context.device.id,
      0,
      &status
    )
    guard let handle = unsafe handle else {
      throw ComputeError(
        .allocationFailed,
        "\(context.device.name) gives no command queue",
        cause: OpenCLStatus(call: "clCreateCommandQueue", value: status).description
      )
    }
    self.library = library
    unsafe self.handle = handle
  }

  deinit { _ = unsafe library.functions.clReleaseCommandQueue(handle) }

  /// Sends what is enqueued to the device.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func flush() throws(ComputeError) {
    try check(
      unsafe library.functions.clFlush(handle),
      "clFlush",
      .executionFailed,
      "a run could not be started"
    )
  }

  /// Enqueues a kernel over `global` work-items in groups of `local`, both of two dimensions.
  ///
  /// - Throws: `ComputeError.executionFailed` naming the kernel.
  func enqueue(
    _ kernel: borrowing Kernel,
    global: [Int],
    local: [Int]
  ) throws(ComputeError) {
    let status = unsafe library.functions.clEnqueueNDRangeKernel(
      handle,
      kernel.handle,
      2,
      nil,
      global,
      local,
      0,
      nil,
      nil
    )
    guard status != CL_SUCCESS else { return }
    throw ComputeError(
      .executionFailed,
      "kernel \(kernel.name) could not be started",
      cause: OpenCLStatus(call: "clEnqueueNDRangeKernel", value: status).description
    )
  }

  /// Copies `source` to the elements of `buffer` from `offset` on, and waits for it.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func write(
    _ source: Span<Float>,
    to buffer: borrowing DeviceBuffer,
    at offset: Int
  ) throws(ComputeError) {
    let status = unsafe source.withUnsafeBytes { bytes in
      unsafe library.functions.clEnqueueWriteBuffer(
        handle,
        buffer.handle,
        cl_bool(CL_TRUE),
        offset * MemoryLayout<Float>.stride,
        bytes.count,
        bytes.baseAddress,
        0,
        nil,
        nil
      )
    }
    try check(status, "clEnqueueWriteBuffer", .executionFailed, Self.writeMessage)
  }

  /// Enqueues a copy of the first `count` elements of `source`, which must not change until the
  /// returned event has happened.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func startWrite(
    _ source: borrowing HostBuffer,
    count: Int,
    to buffer: borrowing DeviceBuffer,
    at offset: Int
  ) throws(ComputeError) -> Event {
    var event: cl_event?
    let status = unsafe library.functions.clEnqueueWriteBuffer(
      handle,
      buffer.handle,
      cl_bool(CL_FALSE),
      offset * MemoryLayout<Float>.stride,
      count * MemoryLayout<Float>.stride,
      source.elements.baseAddress,
      0,
      nil,
      &event
    )
    guard status == CL_SUCCESS, let event = unsafe event else {
      throw ComputeError(
        .executionFailed,
        Self.writeMessage,
        cause: OpenCLStatus(call: "clEnqueueWriteBuffer", value: status).description
      )
    }
    return unsafe Event(library: library, handle: event)
  }

  /// Copies `count` elements of `buffer` from `offset` on to `destination`, and waits for them.
  ///
  /// - Throws: `ComputeError.executionFailed`, also where an earlier command failed.
  func read(
    _ buffer: borrowing DeviceBuffer,
    at offset: Int,
    count: Int,
    into destination: borrowing HostBuffer
  ) throws(ComputeError) {
    try check(
      unsafe library.functions.clEnqueueReadBuffer(
        handle,
        buffer.handle,
        cl_bool(CL_TRUE),
        offset * MemoryLayout<Float>.stride,
        count * MemoryLayout<Float>.stride,
        destination.elements.baseAddress,
        0,
        nil,
        nil
      ),
      "clEnqueueReadBuffer",
      .executionFailed,
      "results could not be copied from the device"
    )
  }

  private static let writeMessage = "values could not be copied to the device"
}
