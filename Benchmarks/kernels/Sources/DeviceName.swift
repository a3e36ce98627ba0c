internal import ApusCPU
internal import ApusCompute
internal import ApusOpenCL

/// A device by name: `cpu`, `cpu:avx2` at a forced level, `opencl:0`.
enum DeviceName {
  case cpu(InstructionSet)
  case opencl(Int)

  /// Reads a name; nil where this machine has no such device or level.
  init?(_ name: String) {
    let parts = name.split(separator: ":")
    switch (parts.first, parts.count) {
    case ("cpu", 1): self = .cpu(.preferred)
    case ("cpu", 2):
      guard let level = InstructionSet(rawValue: String(parts[1])), level.isSupported else {
        return nil
      }
      self = .cpu(level)
    case ("opencl", 2):
      guard let index = Int(parts[1]), index >= 0 else { return nil }
      self = .opencl(index)
    default: return nil
    }
  }

  /// How long a group of calls is: long against a clock, or against a wait for a queue.
  var groupSeconds: Double {
    switch self {
    case .cpu: 5e-6
    case .opencl: 2e-3
    }
  }

  /// Opens the device.
  ///
  /// - Parameter threads: The threads of a CPU; an OpenCL device has its own.
  /// - Returns: The device.
  /// - Throws: `ComputeError`.
  func backend(threads: Int) throws(ComputeError) -> any Backend {
    switch self {
    case .cpu(let level): CPUBackend(threads: threads, instructionSet: level)
    case .opencl(let index): try OpenCLBackend(deviceIndex: index)
    }
  }
}
