import ApusCompute
import COpenCL

/// The owner of a `cl_mem`: floats in the device's memory.
@safe
struct DeviceBuffer: ~Copyable, @unchecked Sendable {
  /// The number of elements.
  let count: Int
  /// The driver's handle.
  let handle: cl_mem
  private let library: OpenCLLibrary

  /// Allocates zeroed memory.
  ///
  /// - Parameters:
  ///   - count: the number of elements; at least one is allocated.
  ///   - context: where to allocate.
  ///   - purpose: what the memory is for, for the error's message.
  /// - Throws: `ComputeError.allocationFailed`, without calling the driver where the device has
  ///   said that it holds no buffer of this size.
  init(
    count: Int,
    context: borrowing Context,
    purpose: String
  ) throws(ComputeError) {
    let device = context.device
    let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(
      by: MemoryLayout<Float>.stride
    )
    guard !overflow, bytes <= device.maximumAllocationBytes else {
      throw ComputeError(
        .allocationFailed,
        """
        \(purpose) need \(count) floats, and \(device.name) holds at most \
        \(device.maximumAllocationBytes / MemoryLayout<Float>.stride) in one buffer
        """
      )
    }
    // Copying zeros, and not filling later, has the driver find the memory here or fail here.
    let zeros = HostBuffer(count: max(count, 1))
    var status: cl_int = 0
    let handle = unsafe device.library.functions.clCreateBuffer(
      context.handle,
      cl_mem_flags(CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR),
      bytes,
      zeros.elements.baseAddress,
      &status
    )
    guard let handle = unsafe handle else {
      throw ComputeError(
        .allocationFailed,
        "\(device.name) gives no \(bytes) bytes for \(purpose)",
        cause: OpenCLStatus(call: "clCreateBuffer", value: status).description
      )
    }
    self.count = max(count, 1)
    unsafe self.handle = handle
    library = device.library
  }

  deinit { _ = unsafe library.functions.clReleaseMemObject(handle) }
}
