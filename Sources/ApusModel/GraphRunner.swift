internal import ApusCompute
internal import Synchronization

/// A graph on a device, from rows of features to rows of its output, for any number of threads.
///
/// A net that the backend can pack has no state; of plans each call takes one from a pool and gives
/// it back.
final class GraphRunner: Sendable {
  /// The numbers that a row brings.
  let inputWidth: Int
  /// The numbers that a row gets.
  let outputWidth: Int

  private let graph: Graph
  private let backend: any Backend
  /// The variables, for plans; a packed net has its own.
  private let store: (any VariableStore)?
  private let batchCapacity: Int
  private let net: (any ScoringNet)?
  private let idle: Mutex<[PooledPlan]>

  /// A plan, in the hands of one thread at a time.
  private struct PooledPlan: @unchecked Sendable {
    let plan: any Plan
  }

  /// Makes a graph ready.
  ///
  /// - Parameters:
  ///   - graph: A graph of one input and one output.
  ///   - backend: The device.
  ///   - store: The variables, on that device.
  ///   - precision: The numbers that the graph multiplies.
  ///   - inputRanges: For `int8`, the calibrated range of each layer's inputs.
  ///   - batchCapacity: The rows that are run at once; more are run in pieces.
  /// - Throws: `ComputeError`, with code `unsupportedPrecision` when the device does not run the
  ///   graph in that precision.
  init(
    _ graph: Graph, backend: any Backend, store: any VariableStore, precision: ScoringPrecision,
    inputRanges: [ActivationRange], batchCapacity: Int
  ) throws(ComputeError) {
    self.graph = graph
    self.backend = backend
    self.batchCapacity = batchCapacity
    inputWidth = graph[graph.inputs[0]].shape.columns
    outputWidth = graph[graph.outputs[0]].shape.columns
    net = try backend.makeScoringNet(
      graph, variables: store, precision: precision, inputRanges: inputRanges)
    self.store = net == nil ? store : nil
    idle = Mutex([])
    guard net != nil || precision == .float32 else {
      throw ComputeError.noNet(of: precision, on: backend.device)
    }
  }

  /// Runs rows of features.
  ///
  /// - Parameters:
  ///   - features: `rowCount` x `inputWidth` numbers, row by row.
  ///   - rowCount: The rows.
  ///   - output: `rowCount` x `outputWidth` numbers, row by row.
  /// - Throws: `ComputeError` when the device fails.
  func run(
    _ features: Span<Float>, rowCount: Int, into output: inout MutableSpan<Float>
  ) throws {
    precondition(
      features.count == rowCount * inputWidth && output.count == rowCount * outputWidth,
      "\(features.count) features and \(output.count) results for \(rowCount) rows")
    // Chained, as a name for the net would count a reference up and down, a tenth of a row's time.
    if net?.score(features, rowCount: rowCount, into: &output) != nil { return }
    let width = inputWidth
    try runPlan(rowCount: rowCount, into: &output) { rows, input in
      let start = rows.lowerBound * width
      for index in input.indices { input[index] = features[start + index] }
    }
  }

  /// Runs rows whose features are made piece by piece.
  ///
  /// - Parameters:
  ///   - rowCount: The rows.
  ///   - output: `rowCount` x `outputWidth` numbers, row by row.
  ///   - fill: Writes all features of some of the rows.
  /// - Throws: `ComputeError` when the device fails.
  func run(
    rowCount: Int, into output: inout MutableSpan<Float>,
    fill: (Range<Int>, inout MutableSpan<Float>) -> Void
  ) throws {
    guard let net else { return try runPlan(rowCount: rowCount, into: &output, fill: fill) }
    var (features, results): ([Float], [Float]) = ([], [])
    for start in stride(from: 0, to: rowCount, by: Self.rowsAtOnce) {
      let rows = start..<min(start + Self.rowsAtOnce, rowCount)
      if features.count != rows.count * inputWidth {
        features = [Float](repeating: 0, count: rows.count * inputWidth)
        results = [Float](repeating: 0, count: rows.count * outputWidth)
      }
      var featureSpan = features.mutableSpan
      var resultSpan = results.mutableSpan
      fill(rows, &featureSpan)
      net.score(featureSpan.span, rowCount: rows.count, into: &resultSpan)
      for index in resultSpan.indices { output[start * outputWidth + index] = resultSpan[index] }
    }
  }

  /// The rows whose features stay in the caches until they are scored.
  private static let rowsAtOnce = 1024

  private func runPlan(
    rowCount: Int, into output: inout MutableSpan<Float>,
    fill: (Range<Int>, inout MutableSpan<Float>) -> Void
  ) throws {
    let pooled = try takePlan()
    for start in stride(from: 0, to: rowCount, by: batchCapacity) {
      let rows = start..<min(start + batchCapacity, rowCount)
      pooled.plan.withInput(0, rows: rows.count) { fill(rows, &$0) }
      try pooled.plan.run(rows: rows.count)
      try pooled.plan.withOutput(0, rows: rows.count) { results in
        for index in results.indices { output[start * outputWidth + index] = results[index] }
      }
    }
    // A plan whose run failed is not used again.
    idle.withLock { $0.append(pooled) }
  }

  private func takePlan() throws(ComputeError) -> PooledPlan {
    if let pooled = idle.withLock({ $0.popLast() }) { return pooled }
    guard let store else { preconditionFailure("a packed net of \(inputWidth) inputs was planned") }
    return PooledPlan(
      plan: try backend.compile(graph, batchCapacity: batchCapacity, variables: store))
  }
}
