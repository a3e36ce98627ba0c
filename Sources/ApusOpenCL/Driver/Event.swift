import ApusCompute
import COpenCL

/// The owner of a `cl_event`: something that the device will have done.
@safe
struct Event: ~Copyable, @unchecked Sendable {
  /// The driver's handle.
  let handle: cl_event
  private let library: OpenCLLibrary

  /// Takes over `handle`.
  init(library: OpenCLLibrary, handle: cl_event) {
    self.library = library
    unsafe self.handle = handle
  }

  deinit { _ = unsafe library.functions.clReleaseEvent(handle) }

  /// Whether it is done, or has failed; asks and does not wait.
  var isOver: Bool {
    var state = cl_int(CL_QUEUED)
    let status = unsafe library.functions.clGetEventInfo(
      handle,
      cl_event_info(CL_EVENT_COMMAND_EXECUTION_STATUS),
      MemoryLayout<cl_int>.size,
      &state,
      nil
    )
    // Failures are negative; an event that cannot be asked is left to `wait`.
    return status == CL_SUCCESS && state <= CL_COMPLETE
  }

  /// Waits until it is done.
  ///
  /// - Throws: `ComputeError.executionFailed` when it failed.
  func wait() throws(ComputeError) {
    var event: cl_event? = unsafe handle
    try check(
      unsafe library.functions.clWaitForEvents(1, &event),
      "clWaitForEvents",
      .executionFailed,
      "values could not be copied to the device"
    )
  }
}
