import ApusCompute
import COpenCL

/// The matrix units of a device.
package enum TensorCores: String, Hashable, Sendable {
  /// There are none, or nobody has found out.
  case none
  /// OpenCL C does their work, so that the kernels can be checked anywhere.
  case emulated
  /// The device has them, and the probe's products were right.
  case native
}

/// What of a device decides which kernels it can run, and which of them are tried first.
package struct DeviceTraits: Hashable, Sendable {
  /// How kernels are written for the device.
  package let flavour: Flavour
  /// Whether the vendor is NVIDIA, whose compiler takes inline PTX.
  package let isNVIDIA: Bool
  /// The memory that the items of a work-group share, in bytes.
  package let localMemoryBytes: Int
  /// The most items of a work-group.
  package let maximumGroupItems: Int
  /// Whether products can go by tensor cores.
  package var tensorCores: TensorCores

  /// Makes traits.
  package init(
    flavour: Flavour,
    isNVIDIA: Bool = false,
    localMemoryBytes: Int,
    maximumGroupItems: Int,
    tensorCores: TensorCores = .none
  ) {
    self.flavour = flavour
    self.isNVIDIA = isNVIDIA
    self.localMemoryBytes = localMemoryBytes
    self.maximumGroupItems = maximumGroupItems
    self.tensorCores = tensorCores
  }

  /// Asks a device.
  ///
  /// - Parameters:
  ///   - device: the device.
  ///   - flavour: how kernels are written for it; nil means wide for a GPU, plain for others.
  /// - Throws: `ComputeError.deviceUnavailable` when it does not answer.
  init(of device: Device, flavour: Flavour?) throws(ComputeError) {
    func number<Number: FixedWidthInteger>(
      _ name: Int32,
      as type: Number.Type
    ) throws(ComputeError) -> Int {
      var result = Number.zero
      let status = unsafe device.library.functions.clGetDeviceInfo(
        device.id,
        cl_device_info(name),
        MemoryLayout<Number>.size,
        &result,
        nil
      )
      try check(status, "clGetDeviceInfo", .deviceUnavailable, "a device does not answer")
      return Int(clamping: result)
    }
    self.init(
      flavour: flavour ?? (device.isGPU ? .wide : .plain),
      isNVIDIA: device.vendor.hasPrefix("NVIDIA"),
      localMemoryBytes: try number(CL_DEVICE_LOCAL_MEM_SIZE, as: cl_ulong.self),
      maximumGroupItems: try number(CL_DEVICE_MAX_WORK_GROUP_SIZE, as: Int.self)
    )
  }
}
