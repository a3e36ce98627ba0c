import ApusCompute
import COpenCL

/// The owner of an in-order `cl_command_queue` without profiling.
@safe
struct CommandQueue: ~Copyable, @unchecked Sendable {
  /// The loader's functions.
  let library: OpenCLLibrary
  /// The driver's handle.
  let handle: cl_command_queue

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

  /// Waits until everything that was enqueued is done.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func finish() throws(ComputeError) {
    try check(
      unsafe library.functions.clFinish(handle),
      "clFinish",
      .executionFailed,
      "a run could not be finished"
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
}
