public import ApusCompute
public import ApusData

/// A model on a device, ready to score from any thread.
///
/// Making one runs the golden rows, so a scorer that exists gives the sealed scores. Calls run side
/// by side.
public final class Scorer: Sendable {
  /// What the artifact says of itself.
  public let manifest: Manifest
  /// The device that scores.
  public let device: DeviceDescription
  /// The way from raw columns to features.
  public let encoder: FeatureEncoder
  /// The number of features of a row.
  public let featureWidth: Int
  /// The number of scores of a row.
  public let outputWidth: Int
  /// The numbers in a row's embedding; 0 where it has none, or where none were asked for.
  public let embeddingWidth: Int

  private let goldenFeatures: [Float]
  private let goldenScores: [Float]
  private let net: GraphRunner
  private let embedder: GraphRunner?

  /// Puts a model on a device and runs its golden rows there.
  ///
  /// - Parameters:
  ///   - artifact: the model.
  ///   - backend: the device.
  ///   - batchCapacity: the rows that are scored at once; more are scored in pieces.
  ///   - hasEmbeddings: whether to make embeddings ready too; the weights of all layers but the
  ///     last then lie in memory twice.
  /// - Throws: `ComputeError`, with code `unsupportedPrecision` when the device does not score in
  ///   the model's precision; or `ArtifactError.goldenMismatch` when it gives other scores.
  public init(
    _ artifact: Artifact, backend: any Backend, batchCapacity: Int = 4096,
    hasEmbeddings: Bool = false
  ) throws {
    // The weights are on the device from here on, so the artifact's own are let go.
    self.manifest = artifact.manifest
    self.goldenFeatures = artifact.goldenFeatures
    self.goldenScores = artifact.goldenScores
    self.device = backend.device
    self.encoder = FeatureEncoder(artifact.manifest.transform)
    self.featureWidth = encoder.width
    self.outputWidth = artifact.outputWidth
    let graph = artifact.manifest.graph
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in artifact.weights { try store.write(values.span, to: name) }
    let report = artifact.manifest.scoringPrecision
    func runner(_ graph: Graph, layersLeftOut: Int = 0) throws(ComputeError) -> GraphRunner {
      try GraphRunner(
        graph, backend: backend, store: store, precision: report?.precision ?? .float32,
        inputRanges: (report?.inputRanges ?? []).dropLast(layersLeftOut),
        batchCapacity: batchCapacity)
    }
    self.net = try runner(graph)
    let calibrating = manifest.calibration?.layers ?? 0
    let hidden = hasEmbeddings ? graph.untilLastHiddenLayer(leavingOut: calibrating) : nil
    self.embedder = try hidden.map { graph throws(ComputeError) in
      try runner(graph, layersLeftOut: 1)
    }
    self.embeddingWidth = embedder?.outputWidth ?? 0
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
    try net.run(features, rowCount: rowCount, into: &scores)
  }

  /// Computes the embeddings of rows of finished features: what the last hidden layer gives.
  ///
  /// - Parameters:
  ///   - features: `rowCount` x `featureWidth` numbers, row by row.
  ///   - rowCount: the rows.
  ///   - embeddings: `rowCount` x `embeddingWidth` numbers, row by row.
  /// - Precondition: `embeddingWidth` is not 0.
  /// - Throws: `ComputeError.executionFailed` when the device fails.
  public func embed(
    features: Span<Float>, rowCount: Int, into embeddings: inout MutableSpan<Float>
  ) throws {
    guard let embedder else {
      preconditionFailure("\(rowCount) embeddings of a width of \(embeddingWidth) were asked for")
    }
    try embedder.run(features, rowCount: rowCount, into: &embeddings)
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
    try net.run(rowCount: table.rowCount, into: &scores) { rows, input in
      features.write(rows: rows, into: &input)
    }
  }

  /// The scores of all rows of a table, row by row.
  public func scores(of table: Table) throws -> [Float] {
    var scores = [Float](repeating: 0, count: table.rowCount * outputWidth)
    var span = scores.mutableSpan
    try score(table, into: &span)
    return scores
  }

  /// Runs the golden rows on the device, as making the scorer did.
  ///
  /// - Throws: `ArtifactError.goldenMismatch` when the device gives other scores than the sealed
  ///   ones, or `ComputeError` when it fails.
  public func verifyGoldenRows() throws {
    var scores = [Float](repeating: 0, count: goldenScores.count)
    var span = scores.mutableSpan
    let features = goldenFeatures
    try score(
      features: features.span, rowCount: manifest.golden.rows, into: &span)
    let tolerance = manifest.golden.tolerance
    for (index, (score, sealed)) in zip(scores, goldenScores).enumerated() {
      let difference = abs(Double(score) - Double(sealed)) / max(1, abs(Double(sealed)))
      guard difference <= tolerance else {
        throw ArtifactError(
          .goldenMismatch,
          "golden row \(index / outputWidth) scores \(score) on \(device) and was sealed with"
            + " \(sealed); the difference is above \(tolerance), so this device is not used",
          path: "\(manifest.name)/\(manifest.version)")
      }
    }
  }
}
