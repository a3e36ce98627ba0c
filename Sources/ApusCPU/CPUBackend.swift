public import ApusCompute
internal import CSIMD

/// The backend that runs on any machine: vector instructions chosen once, and a fixed pool of
/// threads.
///
/// A result's bits depend on the instruction set level, never on the number of threads, the batch
/// or a row's place in it.
public final class CPUBackend: Backend {
  /// The level that all plans of this backend run at.
  public let instructionSet: InstructionSet
  /// What the machine is.
  public let device: DeviceDescription

  let pool: ThreadPool

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - threads: the number of threads that share large steps, the caller counted; nil for all
  ///     cores that this process may use.
  ///   - instructionSet: the level to run at.
  /// - Precondition: the level is supported here, and `threads` is positive.
  public init(threads: Int? = nil, instructionSet: InstructionSet = .preferred) {
    let threads = threads ?? CPUBackend.availableCores
    precondition(threads > 0, "a backend needs at least one thread, not \(threads)")
    precondition(instructionSet.isSupported, "\(instructionSet) is not supported on this machine")
    self.instructionSet = instructionSet
    self.pool = ThreadPool(threads: threads)
    self.device = DeviceDescription(
      kind: .cpu,
      selector: "cpu",
      name: "CPU SIMD",
      vendor: "Apus",
      version: instructionSet.rawValue,
      computeUnits: threads
    )
  }

  /// The number of cores that this process may run on.
  public static var availableCores: Int { apus_available_cores() }

  /// Makes zeroed storage for `variables`.
  public func makeVariables(
    _ variables: [Variable]
  ) throws(ComputeError) -> any VariableStore {
    CPUVariableStore(try AlignedBuffer(count: VariableLayout(variables).count), variables)
  }

  /// Compiles a graph into a flat list of steps over one arena.
  ///
  /// - Throws: `ComputeError` with code `variableMismatch` or `allocationFailed`.
  public func compile(
    _ graph: Graph,
    batchCapacity: Int,
    variables: any VariableStore
  ) throws(ComputeError) -> any Plan {
    precondition(batchCapacity > 0, "a plan needs room for one row, not \(batchCapacity)")
    return try CPUPlan(
      graph.fused().movingGradientsToUpdates(),
      batchCapacity: batchCapacity,
      store: ownStore(variables),
      isa: instructionSet.isa,
      pool: pool
    )
  }

  /// Packs the weights of a chain of dense layers.
  ///
  /// Every level scores in every precision, fast or not.
  ///
  /// - Precondition: for `int8` there is a range for each layer.
  /// - Throws: `ComputeError` with code `variableMismatch` or `allocationFailed`.
  public func makeScoringNet(
    _ graph: Graph,
    variables: any VariableStore,
    precision: ScoringPrecision,
    inputRanges: [ActivationRange]
  ) throws(ComputeError) -> (any ScoringNet)? {
    guard let chain = DenseChain(graph) else { return nil }
    precondition(
      precision != .int8 || inputRanges.count == chain.layers.count,
      "\(inputRanges.count) ranges for \(chain.layers.count) layers")
    return try CPUScoringNet(
      chain, store: ownStore(variables), precision: precision, inputRanges: inputRanges,
      isa: instructionSet.isa, pool: pool)
  }

  private func ownStore(_ variables: any VariableStore) -> CPUVariableStore {
    guard let store = variables as? CPUVariableStore else {
      preconditionFailure("variables of another backend were given: \(type(of: variables))")
    }
    return store
  }
}
