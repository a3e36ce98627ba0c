internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusNN

/// The door by which a net is scored in process: what an embedding program would call.
struct NetScoring {
  private let scorer: Scorer

  /// Puts a net on a device.
  ///
  /// - Parameters:
  ///   - net: The net.
  ///   - backend: The device.
  ///   - precision: The numbers that the net multiplies.
  ///   - batchCapacity: The most rows of a call.
  /// - Throws: An error of the device, or `ArtifactError` when it scores otherwise than it should.
  init(
    _ net: Net, on backend: any Backend, in precision: ScoringPrecision, batchCapacity: Int
  ) throws {
    let goldenRows = 8
    let features = net.rows(goldenRows)
    let scores = (0..<goldenRows).flatMap { net.scores(features, row: $0).map(Float.init) }
    let artifact = Artifact(
      name: "bench", loss: .binaryCrossEntropy, transform: try Self.transform(net.widths[0]),
      graph: try net.network().inferenceGraph(for: .binaryCrossEntropy), weights: net.parameters,
      golden: (features, scores),
      training: Manifest.Training(
        dataFingerprint: Digest(of: []), rows: 0, duplicatesDropped: 0, split: [0, 0, 0], seed: 0,
        epochsRun: 0, batchSize: 1, optimizer: "none", device: backend.device),
      metrics: [:], writer: "apus-bench-kernels")
    // The benchmark holds the scores to a bound of its own.
    let trial = PrecisionTrial(calibration: features, features: features, limit: 0) { _ in
      ScoringQuality(.rmse, 0)
    }
    scorer = try Scorer(
      artifact.scoring(in: precision, trial: trial, backend: backend), backend: backend,
      batchCapacity: batchCapacity)
  }

  /// Scores rows.
  ///
  /// - Parameters:
  ///   - rows: Features, row by row.
  ///   - rowCount: The number of rows.
  ///   - scores: A score for each row and output.
  /// - Throws: `ComputeError` when the device fails.
  func score(_ rows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>) throws {
    try scorer.score(features: rows, rowCount: rowCount, into: &scores)
  }

  /// A transform of plain numbers, which finished features go around.
  private static func transform(_ width: Int) throws -> FeatureTransform {
    let columns = (0..<width).map { column in
      Column(name: "x\(column)", kind: .real, numbers: (0..<4).map { Double($0 + column) })
    }
    let label = Column(name: "label", kind: .boolean, numbers: [0, 1, 0, 1])
    let table = try Table(columns: columns + [label])
    return try FeatureTransform(
      fitting: table, rows: [0, 1, 2, 3], label: try Label(fitting: table, named: "label"))
  }
}
