import ApusCompute
import COpenCL

/// The owner of a `cl_kernel`: one function of a program, with its arguments.
///
/// Setting arguments is the one thing in OpenCL that two threads may not do at a time, so each
/// plan has kernels of its own.
@safe
struct Kernel: ~Copyable, @unchecked Sendable {
  /// The function's name.
  let name: String
  /// The driver's handle.
  let handle: cl_kernel
  private let library: OpenCLLibrary

  /// Takes the function `name` from a program.
  ///
  /// - Throws: `ComputeError.kernelBuildFailed` when the program has none.
  init(_ name: String, of program: borrowing Program) throws(ComputeError) {
    let library = program.library
    var status: cl_int = 0
    let handle = unsafe library.functions.clCreateKernel(program.handle, name, &status)
    guard let handle = unsafe handle else {
      throw ComputeError(
        .kernelBuildFailed,
        "the program has no kernel \(name)",
        cause: OpenCLStatus(call: "clCreateKernel", value: status).description
      )
    }
    self.name = name
    unsafe self.handle = handle
    self.library = library
  }

  deinit { _ = unsafe library.functions.clReleaseKernel(handle) }

  /// Sets a buffer argument.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func setArgument(_ index: Int, to buffer: borrowing DeviceBuffer) throws(ComputeError) {
    var handle: cl_mem? = unsafe buffer.handle
    try unsafe setArgument(index, &handle, size: MemoryLayout<cl_mem?>.size)
  }

  /// Sets a number argument.
  ///
  /// - Throws: `ComputeError.executionFailed`.
  func setArgument<Number: BitwiseCopyable & Numeric>(
    _ index: Int,
    to value: Number
  ) throws(ComputeError) {
    var value = value
    try unsafe setArgument(index, &value, size: MemoryLayout<Number>.size)
  }

  private func setArgument(
    _ index: Int,
    _ value: UnsafeRawPointer,
    size: Int
  ) throws(ComputeError) {
    let status = unsafe library.functions.clSetKernelArg(handle, cl_uint(index), size, value)
    try check(
      status,
      "clSetKernelArg",
      .executionFailed,
      "kernel \(name) does not take argument \(index)"
    )
  }
}
