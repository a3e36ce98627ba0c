import ApusCompute
import COpenCL

/// The owner of a `cl_context` of one device.
@safe
struct Context: ~Copyable, @unchecked Sendable {
  /// The device.
  let device: Device
  /// The driver's handle.
  let handle: cl_context

  /// Makes a context.
  ///
  /// - Throws: `ComputeError.deviceUnavailable` when the driver refuses.
  init(device: Device) throws(ComputeError) {
    var status: cl_int = 0
    var id: cl_device_id? = unsafe device.id
    let handle = unsafe device.library.functions.clCreateContext(nil, 1, &id, nil, nil, &status)
    guard let handle = unsafe handle else {
      throw ComputeError(
        .deviceUnavailable,
        "\(device.name) cannot be used",
        cause: OpenCLStatus(call: "clCreateContext", value: status).description
      )
    }
    self.device = device
    unsafe self.handle = handle
  }

  deinit { _ = unsafe device.library.functions.clReleaseContext(handle) }
}
