/// A device that keeps variables, compiles graphs and runs them.
///
/// ```
///   Graph ──compile──> Plan ──run──> outputs
///                       │  ▲
///                    VariableStore     shared by all plans of one model on one device
/// ```
/// A backend may be used from several threads; a plan belongs to one thread at a time.
public protocol Backend: AnyObject, Sendable {
  /// What the device is, for people and for the artifact.
  var device: DeviceDescription { get }

  /// Makes zeroed storage for `variables`.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  func makeVariables(_ variables: [Variable]) throws(ComputeError) -> any VariableStore

  /// Compiles a graph for batches of up to `batchCapacity` rows.
  ///
  /// The graph is fused, its intermediates are laid out in one arena, and everything that a run
  /// needs is allocated here.
  ///
  /// - Parameters:
  ///   - graph: any graph, fused or not.
  ///   - batchCapacity: the most rows that a run may have.
  ///   - variables: a store that this backend made and that holds every variable of the graph.
  /// - Returns: the plan, to be used by one thread at a time.
  /// - Throws: `ComputeError` with code `variableMismatch`, `kernelBuildFailed` or
  ///   `allocationFailed`.
  func compile(
    _ graph: Graph,
    batchCapacity: Int,
    variables: any VariableStore
  ) throws(ComputeError) -> any Plan

  /// Makes a graph's net ready for scoring alone, with the values that its variables have now.
  ///
  /// - Parameters:
  ///   - graph: any graph, fused or not.
  ///   - variables: a store that this backend made and that holds every variable of the graph.
  ///   - precision: the numbers that the net multiplies.
  ///   - inputRanges: for `int8`, the calibrated range of each layer's inputs.
  /// - Returns: the net, or nil where this backend has none for this graph and precision: a plan
  ///   then scores in float32, and nothing in another precision.
  /// - Throws: `ComputeError` with code `variableMismatch` or `allocationFailed`.
  func makeScoringNet(
    _ graph: Graph,
    variables: any VariableStore,
    precision: ScoringPrecision,
    inputRanges: [ActivationRange]
  ) throws(ComputeError) -> (any ScoringNet)?
}

/// Named tensors that live on a device between runs.
///
/// Plans that update variables and plans that only read them may share a store, but must then
/// take turns.
public protocol VariableStore: AnyObject, Sendable {
  /// The variables and their places.
  var layout: VariableLayout { get }

  /// Replaces a variable's elements, row-major.
  ///
  /// - Throws: `ComputeError.variableMismatch` when the name or the element count is wrong.
  func write(_ values: Span<Float>, to name: String) throws(ComputeError)

  /// Replaces `values` by a variable's elements, row-major, in the memory that they have.
  ///
  /// - Throws: `ComputeError.variableMismatch` when there is no such variable.
  func read(_ name: String, into values: inout [Float]) throws(ComputeError)
}

extension VariableStore {
  /// A variable's elements, row-major.
  ///
  /// - Throws: `ComputeError.variableMismatch` when there is no such variable.
  public func read(_ name: String) throws(ComputeError) -> [Float] {
    var values: [Float] = []
    try read(name, into: &values)
    return values
  }
}

/// A graph made ready for one device: the only hot path.
///
/// Use: write the inputs, run, read the outputs. A run on the CPU allocates nothing and takes no
/// lock. Inputs and outputs are numbered as in the graph that was compiled. A plan is used by one
/// thread at a time.
public protocol Plan: AnyObject {
  /// The most rows that a run may have.
  var batchCapacity: Int { get }

  /// Lets `body` write the elements of an input, row-major, for a batch of `rows` rows.
  ///
  /// Elements that `body` does not write keep what was written before.
  func withInput<Failure: Error>(
    _ index: Int,
    rows: Int,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure)

  /// Runs the graph on the first `rows` rows of its inputs.
  ///
  /// - Throws: `ComputeError.executionFailed`; the CPU never throws.
  func run(rows: Int) throws(ComputeError)

  /// Keeps the rows from which `run(_:)` gathers an input.
  ///
  /// - Parameters:
  ///   - table: rows as wide as those of the input.
  ///   - index: the input's number.
  /// - Throws: `ComputeError.allocationFailed` when the device has no room for them.
  func keep(_ table: RowTable, forInput index: Int) throws(ComputeError)

  /// Runs the graph on one batch after the other, without coming back to the caller in between.
  ///
  /// Inputs that are neither gathered nor named by `batches` keep what was written before; the
  /// others are to be written anew before `run(rows:)`.
  ///
  /// - Parameter batches: which rows of the kept tables each batch has.
  /// - Returns: the first element of output 0 after each run.
  /// - Throws: `ComputeError.executionFailed`; the CPU never throws.
  func run(_ batches: Batches) throws(ComputeError) -> [Float]

  /// Lets `body` read the elements of an output, row-major, of the last run's `rows` rows.
  ///
  /// - Throws: `ComputeError.executionFailed` when they cannot be fetched from the device, or
  ///   what `body` throws.
  func withOutput<Result>(
    _ index: Int,
    rows: Int,
    _ body: (Span<Float>) throws -> Result
  ) throws -> Result
}
