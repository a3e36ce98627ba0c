import ApusCompute
import COpenCL

/// One device of one platform, with what a backend asks about it.
///
/// Devices belong to the loader, so a device needs no release.
@safe
struct Device: @unchecked Sendable {
  /// The loader's functions.
  let library: OpenCLLibrary
  /// The loader's handle.
  let id: cl_device_id
  /// The version of the platform that offers the device.
  let platformVersion: String
  /// The device's own name.
  let name: String
  /// The device's vendor.
  let vendor: String
  /// The OpenCL version and the device's own version.
  let version: String
  /// The driver's version.
  let driverVersion: String
  /// Whether the device is a GPU.
  let isGPU: Bool
  /// Whether kernels can be built and run on it.
  let isUsable: Bool
  /// Whether quotients and square roots can be rounded correctly.
  let roundsQuotientsCorrectly: Bool
  /// Whether the device computes in the host's own memory.
  let sharesMemory: Bool
  /// The number of compute units.
  let computeUnits: Int
  /// The greatest buffer that the device can hold, in bytes.
  let maximumAllocationBytes: Int

  /// Asks the device `id` about itself.
  ///
  /// - Throws: `ComputeError.deviceUnavailable` when it does not answer.
  init(library: OpenCLLibrary, id: cl_device_id, platformVersion: String) throws(ComputeError) {
    self.library = library
    unsafe self.id = id
    self.platformVersion = platformVersion

    func text(_ name: Int32) throws(ComputeError) -> String {
      unsafe try OpenCLText.read("clGetDeviceInfo") { capacity, bytes, count in
        unsafe library.functions.clGetDeviceInfo(id, cl_device_info(name), capacity, bytes, count)
      }
    }
    func number<Number: FixedWidthInteger>(
      _ name: Int32,
      as type: Number.Type
    ) throws(ComputeError) -> Number {
      var result = Number.zero
      let status = unsafe library.functions.clGetDeviceInfo(
        id,
        cl_device_info(name),
        MemoryLayout<Number>.size,
        &result,
        nil
      )
      try check(status, "clGetDeviceInfo", .deviceUnavailable, "a device does not answer")
      return result
    }

    name = try text(CL_DEVICE_NAME)
    vendor = try text(CL_DEVICE_VENDOR)
    version = try text(CL_DEVICE_VERSION)
    driverVersion = try text(CL_DRIVER_VERSION)
    isGPU =
      try number(CL_DEVICE_TYPE, as: cl_device_type.self) & cl_device_type(CL_DEVICE_TYPE_GPU) != 0
    let needs = [CL_DEVICE_AVAILABLE, CL_DEVICE_COMPILER_AVAILABLE, CL_DEVICE_ENDIAN_LITTLE]
    var isUsable = true
    for need in needs where try number(need, as: cl_bool.self) == 0 { isUsable = false }
    self.isUsable = isUsable
    let arithmetic = try number(CL_DEVICE_SINGLE_FP_CONFIG, as: cl_device_fp_config.self)
    let flag = cl_device_fp_config(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT)
    roundsQuotientsCorrectly = arithmetic & flag != 0
    sharesMemory = try number(CL_DEVICE_HOST_UNIFIED_MEMORY, as: cl_bool.self) != 0
    computeUnits = Int(try number(CL_DEVICE_MAX_COMPUTE_UNITS, as: cl_uint.self))
    maximumAllocationBytes =
      Int(clamping: try number(CL_DEVICE_MAX_MEM_ALLOC_SIZE, as: cl_ulong.self))
  }

  /// What the device at place `index` among all devices is, for people and for the artifact.
  func description(index: Int) -> DeviceDescription {
    DeviceDescription(
      kind: .opencl,
      selector: "opencl:\(index)",
      name: name,
      vendor: vendor,
      version: driverVersion,
      computeUnits: computeUnits,
      isGPU: isGPU
    )
  }
}

/// Texts that OpenCL hands out in two calls: one for the length, one for the bytes.
enum OpenCLText {
  /// Reads a text.
  ///
  /// - Parameters:
  ///   - call: the function that `query` calls.
  ///   - query: calls it with a capacity in bytes, the bytes, and where to put the length.
  /// - Returns: the text without its terminator.
  /// - Throws: `ComputeError.deviceUnavailable` when the call fails.
  static func read(
    _ call: StaticString,
    _ query: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32
  ) throws(ComputeError) -> String {
    var count = 0
    let message = "a device or its platform does not answer"
    try check(unsafe query(0, nil, &count), call, .deviceUnavailable, message)
    var bytes = [UInt8](repeating: 0, count: count)
    try check(unsafe query(count, &bytes, nil), call, .deviceUnavailable, message)
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
