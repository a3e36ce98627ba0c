public import ApusCompute

/// The OpenCL devices of this machine.
public enum OpenCLDevices {
  /// Finds all devices that can build and run kernels, GPUs first.
  ///
  /// Among GPUs, and among the others, devices keep the order in which the loader names platforms
  /// and platforms name devices; so `opencl:0` is the same device until hardware or drivers change.
  ///
  /// - Returns: at least one device.
  /// - Throws: `ComputeError.deviceUnavailable` when there is no loader, no platform or no device.
  public static func discover() throws(ComputeError) -> [DeviceDescription] {
    try discover(library: OpenCLLibrary())
  }

  /// Finds the devices that a given loader knows.
  ///
  /// - Throws: `ComputeError.deviceUnavailable` when there is no platform or no device.
  package static func discover(
    library: OpenCLLibrary
  ) throws(ComputeError) -> [DeviceDescription] {
    try devices(library: library).enumerated().map { $1.description(index: $0) }
  }

  /// The usable devices in the order of their selectors.
  static func devices(library: OpenCLLibrary) throws(ComputeError) -> [Device] {
    let platforms = try Platform.all(library: library)
    var found: [Device] = []
    var failure: ComputeError?
    for platform in platforms {
      // A platform that fails must not hide the devices of another.
      do throws(ComputeError) {
        found += try platform.devices().filter(\.isUsable)
      } catch {
        failure = failure ?? error
      }
    }
    if found.isEmpty, let failure { throw failure }
    guard !found.isEmpty else {
      throw ComputeError(
        .deviceUnavailable,
        "none of \(platforms.count) OpenCL platforms has a device that can build kernels"
      )
    }
    return found.filter(\.isGPU) + found.filter { !$0.isGPU }
  }
}
