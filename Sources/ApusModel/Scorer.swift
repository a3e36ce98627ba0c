public import ApusCompute
public import ApusData
internal import Synchronization

/// A model on a device, ready to score from any thread.
///
/// Making one runs the golden rows, so a scorer that exists gives the sealed scores. Calls run side
/// by side: a net that its backend can pack has no state, and of plans each call takes one from a
/// pool and gives it back.
public final class Scorer: Sendable {
  /// The model.
  public let artifact: Artifact
  /// The device that scores.
  public let device: DeviceDescription
  /// The way from raw columns to features.
  public let encoder: FeatureEncoder
  /// The number of features of a row.
  public let featureWidth: Int
  /// The number of scores of a row.
  public let outputWidth: Int

  private let backend: any Backend
  private let store: any VariableStore
  private let batchCapacity: Int
  private let net: (any ScoringNet)?
  private let idle: Mutex<[PooledPlan]>

  /// A plan, in the hands of one thread at a time.
  private struct PooledPlan: @unchecked Sendable {
    let plan: any Plan
  }

  /// Puts a model on a device and runs its golden rows there.
  ///
  /// - Parameters:
  ///   - artifact: the model.
  ///   - backend: the device.
  ///   - batchCapacity: the rows that are scored at once; more are scored in pieces.
  /// - Throws: `ComputeError`, with code `unsupportedPrecision` when the device does not score in
  ///   the model's precision; or `ArtifactError.goldenMismatch` when it gives other scores.
  public init(_ artifact: Artifact, backend: any Backend, batchCapacity: Int = 4096) throws {
    self.artifact = artifact
    self.backend = backend
    self.device = backend.device
    self.encoder = FeatureEncoder(artifact.manifest.transform)
    self.featureWidth = encoder.width
    self.outputWidth = artifact.outputWidth
    self.batchCapacity = batchCapacity
    self.store = try backend.makeVariables(artifact.manifest.graph.variables)
    for (name, values) in artifact.weights { try store.write(values.span, to: name) }
    let report = artifact.manifest.scoringPrecision
    let precision = report?.precision ?? .float32
    self.net = try backend.makeScoringNet(
      artifact.manifest.graph, variables: store, precision: precision,
      inputRanges: report?.inputRanges ?? [])
    guard net != nil || precision == .float32 else {
      throw ComputeError.noNet(of: precision, on: backend.device)
    }
    self.idle = Mutex([])
    try verifyGoldenRows()
  }

  /// Scores rows of finished features.
  ///
  /// - Parameters:
  ///   - features: `rowCount` x `featureWidth` numbers, row by row.
  ///   - rowCount: the rows.
  ///   - scores: `rowCount` x `outputWidth` numbers, row by row.
  /// - Throws: `ComputeError.executionFailed` when the device fails.
  public func score(
    features: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
  ) throws {
    let width = featureWidth
    precondition(
      features.count == rowCount * width && scores.count == rowCount * outputWidth,
      "\(features.count) features and \(scores.count) scores for \(rowCount) rows")
    if let net {
      net.score(features, rowCount: rowCount, into: &scores)
      return
    }
    try run(rowCount: rowCount, into: &scores) { rows, input in
      let start = rows.lowerBound * width
      for index in input.indices { input[index] = features[start + index] }
    }
  }

  /// Scores all rows of a table that holds the columns of the model's schema.
  ///
  /// - Parameters:
  ///   - table: raw columns.
  ///   - scores: a row of `outputWidth` numbers for each row of the table.
  /// - Throws: `DataError` naming the first unusable value, or `ComputeError` when the device
  ///   fails.
  public func score(_ table: Table, into scores: inout MutableSpan<Float>) throws {
    let features = try encoder.features(of: table)
    precondition(
      scores.count == table.rowCount * outputWidth,
      "\(scores.count) scores for \(table.rowCount) rows")
    guard let net else {
      try run(rowCount: table.rowCount, into: &scores) { rows, input in
        features.write(rows: rows, into: &input)
      }
      return
    }
    // Features of a few rows at a time, which stay in the caches until they are scored.
    for start in stride(from: 0, to: table.rowCount, by: Self.rowsAtOnce) {
      let rows = start..<min(start + Self.rowsAtOnce, table.rowCount)
      var input = [Float](repeating: 0, count: rows.count * featureWidth)
      var output = [Float](repeating: 0, count: rows.count * outputWidth)
      var inputSpan = input.mutableSpan
      var outputSpan = output.mutableSpan
      features.write(rows: rows, into: &inputSpan)
      net.score(inputSpan.span, rowCount: rows.count, into: &outputSpan)
      for index in outputSpan.indices { scores[start * outputWidth + index] = outputSpan[index] }
    }
  }

  private static let rowsAtOnce = 1024

  /// The scores of all rows of a table, row by row.
  public func scores(of table: Table) throws -> [Float] {
    var scores = [Float](repeating: 0, count: table.rowCount * outputWidth)
    var span = scores.mutableSpan
    try score(table, into: &span)
    return scores
  }

  private func run(
    rowCount: Int, into scores: inout MutableSpan<Float>,
    fill: (Range<Int>, inout MutableSpan<Float>) -> Void
  ) throws {
    let pooled = try takePlan()
    defer { idle.withLock { $0.append(pooled) } }
    for start in stride(from: 0, to: rowCount, by: batchCapacity) {
      let rows = start..<min(start + batchCapacity, rowCount)
      pooled.plan.withInput(0, rows: rows.count) { fill(rows, &$0) }
      try pooled.plan.run(rows: rows.count)
      try pooled.plan.withOutput(0, rows: rows.count) { output in
        let start = rows.lowerBound * outputWidth
        for index in output.indices { scores[start + index] = output[index] }
      }
    }
  }

  private func takePlan() throws(ComputeError) -> PooledPlan {
    if let pooled = idle.withLock({ $0.popLast() }) { return pooled }
    return PooledPlan(
      plan: try backend.compile(
        artifact.manifest.graph, batchCapacity: batchCapacity, variables: store))
  }

  private func verifyGoldenRows() throws {
    var scores = [Float](repeating: 0, count: artifact.goldenScores.count)
    var span = scores.mutableSpan
    let features = artifact.goldenFeatures
    try score(
      features: features.span, rowCount: artifact.manifest.golden.rows, into: &span)
    let tolerance = artifact.manifest.golden.tolerance
    for (index, (score, sealed)) in zip(scores, artifact.goldenScores).enumerated() {
      let difference = abs(Double(score) - Double(sealed)) / max(1, abs(Double(sealed)))
      guard difference <= tolerance else {
        throw ArtifactError(
          .goldenMismatch,
          "golden row \(index / outputWidth) scores \(score) on \(device) and was sealed with"
            + " \(sealed); the difference is above \(tolerance), so this device is not used",
          path: "\(artifact.manifest.name)/\(artifact.manifest.version)")
      }
    }
  }
}
