import ApusCompute
import COpenCL

/// The owner of a `cl_event`: something that the device will have done.
@safe
struct Event: ~Copyable, @unchecked Sendable {
  private let library: OpenCLLibrary
  private let handle: cl_event

  /// Takes over `handle`.
  init(library: OpenCLLibrary, handle: cl_event) {
    self.library = library
    unsafe self.handle = handle
  }

  deinit { _ = unsafe library.functions.clReleaseEvent(handle) }

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
