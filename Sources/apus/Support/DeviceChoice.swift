internal import ApusCPU
internal import ApusCompute
internal import ApusModel
internal import ApusOpenCL
internal import ArgumentParser
internal import FoundationEssentials

/// What `--device` asks for: the one place that picks a backend.
enum DeviceChoice: Hashable, ExpressibleByArgument {
  /// Of the CPU and the first GPU, whichever takes less time for the work in hand.
  case automatic
  /// The CPU.
  case cpu
  /// An OpenCL device, by its place in `apus devices`.
  case opencl(Int)

  init?(argument: String) {
    switch argument {
    case "auto": self = .automatic
    case "cpu": self = .cpu
    case "opencl": self = .opencl(0)
    default:
      guard argument.hasPrefix("opencl:"), let index = Int(argument.dropFirst(7)), index >= 0
      else { return nil }
      self = .opencl(index)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .automatic: "auto"
    case .cpu: "cpu"
    case .opencl(let index): "opencl:\(index)"
    }
  }

  static var allValueStrings: [String] { ["auto", "cpu", "opencl", "opencl:N"] }

  /// Runs `body` on the device asked for; where the choice is automatic and a GPU fails, the CPU
  /// takes over, and one line says why.
  ///
  /// - Parameters:
  ///   - threads: the threads of the CPU; nil for all cores.
  ///   - workload: what `body` will run, by whose time an automatic choice is made; nil takes a GPU
  ///     where there is one.
  ///   - body: what to run.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, or why an OpenCL device that was named is not available.
  func withBackend<Result>(
    threads: Int?, for workload: Workload? = nil, _ body: (any Backend) throws -> Result
  ) throws -> Result {
    switch self {
    case .cpu: return try body(try cpuBackend(threads: threads))
    case .opencl(let index): return try body(try OpenCLBackend(deviceIndex: index))
    case .automatic:
      do {
        if let gpu = try OpenCLDevices.discover().firstIndex(where: \.isGPU) {
          let backend = try OpenCLBackend(deviceIndex: gpu)
          let cpu = try cpuBackend(threads: threads)
          return try body(try workload?.fastest(of: [cpu, backend]) ?? backend)
        }
      } catch let error as ComputeError {
        Terminal.report("apus: the CPU takes over: \(error)")
      } catch let error as ArtifactError where error.code == .goldenMismatch {
        Terminal.report("apus: the CPU takes over: \(error)")
      }
      return try body(try cpuBackend(threads: threads))
    }
  }
}

/// The CPU at the level that `APUS_ISA` forces, or at its highest.
///
/// - Throws: `Failure` when the variable names a level that this machine does not have: a forced
///   level that is not obeyed would make a test of it worthless.
func cpuBackend(threads: Int?) throws -> CPUBackend {
  let forced = ProcessInfo.processInfo.environment["APUS_ISA"]
  let levels = InstructionSet.supported.map(\.rawValue)
  if let forced, !levels.contains(forced) {
    throw Failure.usage(
      "APUS_ISA is \(forced), and the levels of this machine are \(levels.joined(separator: ", "))")
  }
  return CPUBackend(threads: threads)
}

/// The options of every command that computes.
struct DeviceOptions: ParsableArguments {
  @Option(help: "The device: auto (the faster of a GPU and the CPU), cpu, opencl, opencl:N.")
  var device = DeviceChoice.automatic

  @Option(help: "The threads of the CPU device. [default: all cores]")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024 ~= threads) {
      throw ValidationError("--threads takes 1 to 1024, not \(threads)")
    }
  }

  /// The first option that is given and is not what it would be anyway.
  var firstGiven: String? {
    device != .automatic ? "--device" : threads.map { _ in "--threads" }
  }

  /// Runs `body` on the device that the options ask for; an automatic choice is the device that
  /// takes the least time for `workload`.
  func withBackend<Result>(
    for workload: Workload? = nil, _ body: (any Backend) throws -> Result
  ) throws -> Result {
    try device.withBackend(threads: threads, for: workload, body)
  }

  /// The device on which a precision is measured: the one at hand, or the CPU where another would
  /// have no net of that precision.
  func scoringBackend(
    for precision: ScoringPrecision, besides backend: any Backend
  ) throws -> any Backend {
    if precision == .float32 || backend.device.kind == .cpu { return backend }
    return try cpuBackend(threads: threads)
  }
}
