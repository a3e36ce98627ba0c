import ApusCPU
import ApusCompute
import Synchronization

/// A device that computes as the CPU does by plans, and fails at one of its calls.
final class FaultyBackend: Backend {
  private let backend = CPUBackend(threads: 1)
  private let failsAt: Int
  private let calls = Atomic<Int>(0)

  /// Creates a device.
  ///
  /// - Parameter failsAt: The call that fails, from 1, counted over allocations, builds and runs.
  init(failsAt: Int) { self.failsAt = failsAt }

  var device: DeviceDescription { backend.device }

  /// The calls so far.
  var callCount: Int { calls.load(ordering: .relaxed) }

  func makeVariables(_ variables: [Variable]) throws(ComputeError) -> any VariableStore {
    try count(.allocationFailed)
    return try backend.makeVariables(variables)
  }

  func compile(
    _ graph: Graph, batchCapacity: Int, variables: any VariableStore
  ) throws(ComputeError) -> any Plan {
    try count(.kernelBuildFailed)
    let plan = try backend.compile(graph, batchCapacity: batchCapacity, variables: variables)
    return FaultyPlan(plan, self)
  }

  fileprivate func count(_ code: ComputeError.Code) throws(ComputeError) {
    let call = calls.add(1, ordering: .relaxed).newValue
    if call == failsAt { throw ComputeError(code, "call \(call) was to fail") }
  }
}

private final class FaultyPlan: Plan {
  private let plan: any Plan
  private let backend: FaultyBackend

  init(_ plan: any Plan, _ backend: FaultyBackend) {
    self.plan = plan
    self.backend = backend
  }

  var batchCapacity: Int { plan.batchCapacity }

  func withInput<Failure: Error>(
    _ index: Int, rows: Int, _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    try plan.withInput(index, rows: rows, body)
  }

  func run(rows: Int) throws(ComputeError) {
    try backend.count(.executionFailed)
    try plan.run(rows: rows)
  }

  func keep(_ table: RowTable, forInput index: Int) throws(ComputeError) {
    try backend.count(.allocationFailed)
    try plan.keep(table, forInput: index)
  }

  func run(_ batches: Batches) throws(ComputeError) -> [Float] {
    try backend.count(.executionFailed)
    return try plan.run(batches)
  }

  func withOutput<Result>(
    _ index: Int, rows: Int, _ body: (Span<Float>) throws -> Result
  ) throws -> Result {
    try backend.count(.executionFailed)
    return try plan.withOutput(index, rows: rows, body)
  }
}
