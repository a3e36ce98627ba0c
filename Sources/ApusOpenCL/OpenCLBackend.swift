public import ApusCompute
public import Logging

/// An OpenCL device that keeps variables, compiles graphs and runs them.
///
/// All kernels are one program, built when the backend is made or taken from the cache.
public final class OpenCLBackend: Backend {
  /// What the device is.
  public let device: DeviceDescription

  let context: Context
  let program: Program

  /// Opens a device and builds its kernels.
  ///
  /// - Parameters:
  ///   - deviceIndex: the device's place in `OpenCLDevices.discover()`, the number in its selector.
  ///   - cache: where built programs are kept; nil builds each time.
  ///   - logger: told at debug level what the cache could not do.
  /// - Throws: `ComputeError` with code `deviceUnavailable` or `kernelBuildFailed`.
  public convenience init(
    deviceIndex: Int = 0,
    cache: ProgramCache? = .ofUser,
    logger: Logger = Logger(label: "apus.opencl")
  ) throws(ComputeError) {
    try self.init(
      deviceIndex: deviceIndex,
      library: OpenCLLibrary(),
      source: .embedded,
      cache: cache,
      logger: logger
    )
  }

  /// Opens a device of a given loader and builds given kernels.
  ///
  /// - Parameters:
  ///   - deviceIndex: the device's place among all devices.
  ///   - library: the loader.
  ///   - source: the kernels.
  ///   - cache: where built programs are kept; nil builds each time.
  ///   - logger: told at debug level what the cache could not do.
  /// - Throws: `ComputeError` with code `deviceUnavailable` or `kernelBuildFailed`.
  package init(
    deviceIndex: Int,
    library: OpenCLLibrary,
    source: KernelSource,
    cache: ProgramCache?,
    logger: Logger
  ) throws(ComputeError) {
    let devices = try OpenCLDevices.devices(library: library)
    guard devices.indices.contains(deviceIndex) else {
      throw ComputeError(
        .deviceUnavailable,
        "there is no device opencl:\(deviceIndex); the last one is opencl:\(devices.count - 1)"
      )
    }
    let context = try Context(device: devices[deviceIndex])
    let program = try Program.make(
      source: source,
      context: context,
      cache: cache,
      logger: logger
    )
    self.device = devices[deviceIndex].description(index: deviceIndex)
    self.context = context
    self.program = program
  }

  /// Makes zeroed storage for `variables`.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  public func makeVariables(
    _ variables: [Variable]
  ) throws(ComputeError) -> any VariableStore {
    try OpenCLVariableStore(VariableLayout(variables), backend: self)
  }

  /// Compiles a graph for batches of up to `batchCapacity` rows.
  ///
  /// - Parameters:
  ///   - graph: any graph, fused or not.
  ///   - batchCapacity: the most rows that a run may have.
  ///   - variables: a store that this backend made and that holds every variable of the graph.
  /// - Returns: the plan, ready to run.
  /// - Throws: `ComputeError` with code `variableMismatch`, `kernelBuildFailed` or
  ///   `allocationFailed`.
  public func compile(
    _ graph: Graph,
    batchCapacity: Int,
    variables: any VariableStore
  ) throws(ComputeError) -> any Plan {
    precondition(batchCapacity >= 1, "a plan needs room for a row, not \(batchCapacity)")
    guard let store = variables as? OpenCLVariableStore, store.backend === self else {
      throw ComputeError(.variableMismatch, "the variable store is not one that \(device) made")
    }
    let lowering = try Lowering(
      graph.fused(),
      batchCapacity: batchCapacity,
      variables: store.layout
    )
    return try OpenCLPlan(lowering, store: store)
  }
}
