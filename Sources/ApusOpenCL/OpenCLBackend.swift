public import ApusCompute
public import Logging

/// An OpenCL device that keeps variables, compiles graphs and runs them.
///
/// Kernels are built, or taken from the cache, when a plan first needs them.
public final class OpenCLBackend: Backend {
  /// What the device is.
  public let device: DeviceDescription

  let context: Context
  let flavour: Flavour
  private let programs: ProgramLibrary
  let tuner: Tuner

  /// Which kernel computes which product in plans that are compiled from now on.
  package var variants: VariantTable {
    get { tuner.variants }
    set { tuner.variants = newValue }
  }

  /// What was measured about the device.
  package var profile: DeviceProfile { tuner.profile }

  /// Opens a device.
  ///
  /// - Parameters:
  ///   - deviceIndex: the device's place in `OpenCLDevices.discover()`, the number in its selector.
  ///   - cache: where built programs are kept; nil builds each time.
  ///   - profiles: where it is kept which kernels were checked and how fast they are; nil trusts
  ///     the rules and measures nothing.
  ///   - logger: told at error level which kernels compute wrongly on the device, at debug level
  ///     what the caches could not do.
  /// - Throws: `ComputeError.deviceUnavailable`.
  public convenience init(
    deviceIndex: Int = 0,
    cache: ProgramCache? = .ofUser,
    profiles: ProfileStore? = .ofUser,
    logger: Logger = Logger(label: "apus.opencl")
  ) throws(ComputeError) {
    try self.init(
      deviceIndex: deviceIndex,
      library: OpenCLLibrary(),
      source: .embedded,
      cache: cache,
      profiles: profiles,
      logger: logger
    )
  }

  /// Opens a device of a given loader, for given kernels.
  ///
  /// - Parameters:
  ///   - deviceIndex: the device's place among all devices.
  ///   - library: the loader.
  ///   - source: the kernels.
  ///   - cache: where built programs are kept; nil builds each time.
  ///   - profiles: where it is kept which kernels were checked and how fast they are; nil trusts
  ///     the rules and measures nothing.
  ///   - logger: told at error level which kernels compute wrongly on the device, at debug level
  ///     what the caches could not do.
  ///   - flavour: how kernels are written; nil means as suits the device.
  /// - Throws: `ComputeError.deviceUnavailable`.
  package init(
    deviceIndex: Int,
    library: OpenCLLibrary,
    source: KernelSource,
    cache: ProgramCache?,
    profiles: ProfileStore? = nil,
    logger: Logger,
    flavour: Flavour? = nil
  ) throws(ComputeError) {
    let devices = try OpenCLDevices.devices(library: library)
    guard devices.indices.contains(deviceIndex) else {
      throw ComputeError(
        .deviceUnavailable,
        "there is no device opencl:\(deviceIndex); the last one is opencl:\(devices.count - 1)"
      )
    }
    let context = try Context(device: devices[deviceIndex])
    let traits = try DeviceTraits(of: devices[deviceIndex], flavour: flavour)
    self.device = devices[deviceIndex].description(index: deviceIndex)
    self.context = context
    self.flavour = traits.flavour
    self.programs = ProgramLibrary(
      source: source,
      flavour: traits.flavour,
      cache: cache,
      logger: logger
    )
    self.tuner = Tuner(
      device: devices[deviceIndex],
      source: source,
      table: VariantTable(traits: traits),
      store: profiles,
      logger: logger
    )
  }

  /// A kernel with arguments of its own, whose module is built if it is not yet.
  ///
  /// - Throws: `ComputeError.kernelBuildFailed`.
  func kernel(_ name: String, of module: KernelModule) throws(ComputeError) -> Kernel {
    try programs.kernel(name, of: module, context: context)
  }

  /// Makes zeroed storage for `variables`.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  public func makeVariables(
    _ variables: [Variable]
  ) throws(ComputeError) -> any VariableStore {
    try OpenCLVariableStore(VariableLayout(variables), backend: self)
  }

  /// Compiles a graph for batches of up to `batchCapacity` rows; kernels that this device has not
  /// run before are checked and timed first.
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
    try compile(
      graph,
      batchCapacity: batchCapacity,
      variables: variables,
      variants: tuner.table(for: graph.fused(), batchCapacity: batchCapacity, on: self)
    )
  }

  /// Compiles a graph with kernels of one's choice.
  ///
  /// - Parameters:
  ///   - graph: any graph, fused or not.
  ///   - batchCapacity: the most rows that a run may have.
  ///   - variables: a store that this backend made and that holds every variable of the graph.
  ///   - variants: which kernel computes which product.
  /// - Returns: the plan, ready to run.
  /// - Throws: `ComputeError` with code `variableMismatch`, `kernelBuildFailed` or
  ///   `allocationFailed`.
  package func compile(
    _ graph: Graph,
    batchCapacity: Int,
    variables: any VariableStore,
    variants: VariantTable
  ) throws(ComputeError) -> any Plan {
    precondition(batchCapacity >= 1, "a plan needs room for a row, not \(batchCapacity)")
    guard let store = variables as? OpenCLVariableStore, store.backend === self else {
      throw ComputeError(.variableMismatch, "the variable store is not one that \(device) made")
    }
    let lowering = try Lowering(
      graph.fused(),
      batchCapacity: batchCapacity,
      variables: store.layout,
      variants: variants
    )
    return try OpenCLPlan(lowering, store: store)
  }
}
