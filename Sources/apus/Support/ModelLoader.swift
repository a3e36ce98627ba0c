internal import ApusCPU
internal import ApusCompute
internal import ApusModel
internal import ApusOpenCL
internal import ApusServing

/// Puts artifacts on the device that a server was told to use.
///
/// The backends are made once, beforehand: a server loads on a thread of low priority, and the
/// threads of a backend would inherit it.
struct ModelLoader: Sendable {
  private let cpu: any Backend
  private let openCL: (backend: any Backend, index: Int)?
  private let isAutomatic: Bool

  /// Makes the backends.
  ///
  /// - Parameter options: The device that was asked for.
  /// - Throws: Why it cannot be used, where it was named.
  init(_ options: DeviceOptions) throws {
    cpu = try cpuBackend(threads: options.threads)
    isAutomatic = options.device == .automatic
    switch options.device {
    case .cpu: openCL = nil
    case .opencl(let index): openCL = (try OpenCLBackend(deviceIndex: index), index)
    case .automatic:
      do {
        let gpu = try OpenCLDevices.discover().firstIndex(where: \.isGPU)
        openCL = try gpu.map { (try OpenCLBackend(deviceIndex: $0), $0) }
      } catch let error as ComputeError {
        Terminal.report("apus: the CPU takes over: \(error)")
        openCL = nil
      }
    }
  }

  /// Puts an artifact on its device, with the CPU behind it where that is another.
  ///
  /// - Parameter artifact: The artifact.
  /// - Returns: The model, whose golden rows are right.
  /// - Throws: `ArtifactError` or `ComputeError` where the model cannot score there; an automatic
  ///   choice takes the CPU instead.
  func load(_ artifact: Artifact) throws -> any ServedModel {
    guard let openCL else { return try Self.model(artifact, on: cpu) }
    do {
      let workload = Workload(graph: artifact.manifest.graph, rows: Workload.rowsOfServer)
      if isAutomatic, try workload.fastest(of: [cpu, openCL.backend]) === cpu {
        return try Self.model(artifact, on: cpu)
      }
      let primary = try Self.model(artifact, on: openCL.backend)
      return FallbackModel(standby: try Self.model(artifact, on: cpu), primary: primary) {
        // The context of a device that was lost is lost too.
        try Self.model(artifact, on: try OpenCLBackend(deviceIndex: openCL.index))
      }
    } catch let error as ComputeError where isAutomatic {
      Terminal.report("apus: the CPU takes over: \(error)")
    } catch let error as ArtifactError where isAutomatic && error.code == .goldenMismatch {
      Terminal.report("apus: the CPU takes over: \(error)")
    }
    return try Self.model(artifact, on: cpu)
  }

  private static func model(
    _ artifact: Artifact, on backend: any Backend
  ) throws -> ArtifactModel {
    ArtifactModel(try Scorer(artifact, backend: backend, hasEmbeddings: true))
  }
}
