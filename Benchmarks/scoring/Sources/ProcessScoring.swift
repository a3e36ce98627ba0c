internal import ApusCPU
internal import ApusData
internal import ApusModel
internal import FoundationEssentials

/// Scoring in this process, on one thread of the CPU.
struct ProcessScoring {
  private let scorer: Scorer
  private let table: Table
  private let features: [Float]

  /// Puts a model on the CPU.
  ///
  /// - Parameters:
  ///   - artifact: The model.
  ///   - table: At least 4096 rows.
  /// - Throws: An error of the scorer.
  init(_ artifact: Artifact, _ table: Table) throws {
    scorer = try Scorer(artifact, backend: CPUBackend(threads: 1))
    self.table = table
    features = try scorer.encoder.features(of: table).matrix()
  }

  /// Measures all figures, and writes features and scores for the peers.
  func measured(writingTo folder: String) throws -> [String: Double] {
    let scores = try scorer.scores(of: table)
    try write(features, to: "\(folder)/features.f32")
    try write(scores, to: "\(folder)/scores.f32")
    var figures: [String: Double] = [:]
    for (batch, times) in [(1, 100_000), (256, 5000), (4096, 500)] {
      figures.merge(try features(batch: batch, times: times)) { first, _ in first }
    }
    return figures.merging(try rawRow(times: 20_000)) { first, _ in first }
  }

  private func features(batch: Int, times: Int) throws -> [String: Double] {
    var scores = [Float](repeating: 0, count: batch * scorer.outputWidth)
    let width = scorer.featureWidth
    var stopwatch = Stopwatch()
    try stopwatch.measure(times) { run in
      // Another row each time: the branch predictor shall not learn one by heart.
      let start = run * batch % (table.rowCount - batch + 1) * width
      var output = scores.mutableSpan
      try scorer.score(
        features: features.span.extracting(start..<start + batch * width), rowCount: batch,
        into: &output)
    }
    return stopwatch.figures("process/features/\(batch)")
  }

  private func rawRow(times: Int) throws -> [String: Double] {
    let rows = (0..<256).map { table.selecting([$0]) }
    var scores = [Float](repeating: 0, count: scorer.outputWidth)
    var stopwatch = Stopwatch()
    try stopwatch.measure(times) { run in
      var output = scores.mutableSpan
      try scorer.score(rows[run % rows.count], into: &output)
    }
    return stopwatch.figures("process/columns/1")
  }

  private func write(_ values: [Float], to path: String) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 4)
    for value in values {
      let bits = value.bitPattern
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
    }
    try Data(bytes).write(to: URL(filePath: path))
  }
}
