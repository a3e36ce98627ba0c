internal import ApusCPU
internal import ApusCompute
internal import ApusOpenCL

/// A device by name: `cpu`, `cpu:avx2` at a forced level, `cpu:bf16` with nets scored in a
/// precision, `opencl:0`, `opencl:0:tf32` with products by tensor cores in a precision.
enum DeviceName {
  case cpu(InstructionSet, ScoringPrecision)
  case opencl(Int, MatMulVariant.Precision)

  /// Reads a name; nil where this machine has no such device or level.
  init?(_ name: String) {
    let parts = name.split(separator: ":")
    switch (parts.first, parts.count) {
    case ("cpu", 1): self = .cpu(.preferred, .float32)
    case ("cpu", 2):
      let name = String(parts[1])
      if let precision = ScoringPrecision(rawValue: name) {
        self = .cpu(.preferred, precision)
      } else if let level = InstructionSet(rawValue: name), level.isSupported {
        self = .cpu(level, .float32)
      } else {
        return nil
      }
    case ("opencl", 2), ("opencl", 3):
      let names: [Substring: MatMulVariant.Precision] = ["tf32": .tf32, "bf16": .bfloat16]
      let precision = parts.count == 2 ? .float32 : names[parts[2]]
      guard let index = Int(parts[1]), index >= 0, let precision else { return nil }
      self = .opencl(index, precision)
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

  /// What the precision takes from a product of two factors, as a share of it; 0 for float32.
  var factorError: Double {
    switch self {
    case .cpu, .opencl(_, .float32): 0
    case .opencl(_, .tf32): 0x1p-10
    case .opencl(_, .bfloat16): 0x1p-7
    }
  }

  /// The numbers that nets multiply when they score.
  var scoringPrecision: ScoringPrecision {
    switch self {
    case .cpu(_, let precision): precision
    case .opencl: .float32
    }
  }

  /// Opens the device.
  ///
  /// - Parameter threads: The threads of a CPU; an OpenCL device has its own.
  /// - Returns: The device.
  /// - Throws: `ComputeError`; with code `deviceUnavailable` where the device has no tensor cores
  ///   for the precision.
  func backend(threads: Int) throws(ComputeError) -> any Backend {
    switch self {
    case .cpu(let level, _): CPUBackend(threads: threads, instructionSet: level)
    case .opencl(let index, .float32): try OpenCLBackend(deviceIndex: index)
    case .opencl(let index, let precision): try Self.tensorCores(of: index, precision)
    }
  }

  private static func tensorCores(
    of index: Int, _ precision: MatMulVariant.Precision
  ) throws(ComputeError) -> OpenCLBackend {
    let backend = try OpenCLBackend(deviceIndex: index)
    backend.probeTensorCores()
    backend.variants.precision = precision
    let square = ProductShape(.nn, m: 1024, n: 1024, k: 1024)
    guard backend.variants.candidates(for: square).contains(where: { $0.precision == precision })
    else {
      throw ComputeError(
        .deviceUnavailable, "\(backend.device) has no tensor cores for \(precision)")
    }
    return backend
  }
}
