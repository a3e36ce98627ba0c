import ApusCompute
import COpenCL

/// One driver that the loader found.
@safe
struct Platform {
  private let library: OpenCLLibrary
  private let id: cl_platform_id
  private let version: String

  /// Asks the driver `id` about itself.
  ///
  /// - Throws: `ComputeError.deviceUnavailable` when it does not answer.
  private init(library: OpenCLLibrary, id: cl_platform_id) throws(ComputeError) {
    self.library = library
    unsafe self.id = id
    version = unsafe try OpenCLText.read("clGetPlatformInfo") { capacity, bytes, count in
      unsafe library.functions.clGetPlatformInfo(
        id,
        cl_platform_info(CL_PLATFORM_VERSION),
        capacity,
        bytes,
        count
      )
    }
  }

  /// All platforms, in the loader's order.
  ///
  /// One that does not answer, such as what a removed driver left behind, is passed over.
  ///
  /// - Throws: `ComputeError.deviceUnavailable` when there is none, or the first failure when none
  ///   answers.
  static func all(library: OpenCLLibrary) throws(ComputeError) -> [Platform] {
    let message = "no OpenCL platform: install a driver (Debian, for the CPU: pocl-opencl-icd)"
    var count: cl_uint = 0
    try check(
      unsafe library.functions.clGetPlatformIDs(0, nil, &count),
      "clGetPlatformIDs",
      .deviceUnavailable,
      message
    )
    guard count > 0 else { throw ComputeError(.deviceUnavailable, message) }
    var ids = unsafe [cl_platform_id?](repeating: nil, count: Int(count))
    try check(
      unsafe library.functions.clGetPlatformIDs(count, &ids, nil),
      "clGetPlatformIDs",
      .deviceUnavailable,
      message
    )
    var platforms: [Platform] = []
    var failure: ComputeError?
    for index in unsafe ids.indices {
      guard let id = unsafe ids[index] else { continue }
      do throws(ComputeError) {
        platforms.append(unsafe try Platform(library: library, id: id))
      } catch {
        failure = failure ?? error
      }
    }
    if platforms.isEmpty, let failure { throw failure }
    return platforms
  }

  /// All devices, in the platform's order.
  ///
  /// - Throws: `ComputeError.deviceUnavailable` when the platform does not name them.
  func devices() throws(ComputeError) -> [Device] {
    let all = cl_device_type(CL_DEVICE_TYPE_ALL)
    var count: cl_uint = 0
    let status = unsafe library.functions.clGetDeviceIDs(id, all, 0, nil, &count)
    // A platform without devices says so with an error.
    if status == CL_DEVICE_NOT_FOUND { return [] }
    let message = "a platform does not name its devices"
    try check(status, "clGetDeviceIDs", .deviceUnavailable, message)
    guard count > 0 else { return [] }
    var ids = unsafe [cl_device_id?](repeating: nil, count: Int(count))
    try check(
      unsafe library.functions.clGetDeviceIDs(id, all, count, &ids, nil),
      "clGetDeviceIDs",
      .deviceUnavailable,
      message
    )
    var devices: [Device] = []
    for index in unsafe ids.indices {
      guard let device = unsafe ids[index] else { continue }
      devices.append(unsafe try Device(library: library, id: device, platformVersion: version))
    }
    return devices
  }
}
