internal import ApusCompute
internal import ApusNN

/// Scores batches of rows by a net.
struct NetBenchmark {
  /// The rows of different calls are so many batches, taken in turn.
  private static let batches = 16
  /// How far a score may be off: in float32, and where factors are rounded.
  private static let (bound, roundedBound) = (1e-5, 2e-2)

  private let net: Net
  private let rowCount: Int
  private let features: [Float]

  /// Makes up the rows.
  init(_ net: Net, rows: Int) {
    self.net = net
    rowCount = rows
    features = net.rows(rows * (rows * Self.batches <= 4096 ? Self.batches : 1))
  }

  /// Measures calls that begin and end in the caller's memory.
  ///
  /// - Throws: An error of the device.
  func measuredCalls(
    on backend: any Backend, in precision: ScoringPrecision = .float32, _ sampler: Sampler
  ) throws -> Measurement {
    let scoring = try NetScoring(
      net, on: backend, in: precision, batchCapacity: max(rowCount, 8))
    var scores = [Float](repeating: .nan, count: rowCount * net.widths[net.layerCount])
    let width = rowCount * net.widths[0]
    let batches = features.count / width
    func score(_ run: Int, into scores: inout [Float]) throws {
      let start = run % batches * width
      var output = scores.mutableSpan
      try scoring.score(
        features.span.extracting(start..<start + width), rowCount: rowCount, into: &output)
    }
    try score(0, into: &scores)
    let error = error(of: scores)
    return Measurement(
      times: try sampler.times { try score($0, into: &scores) }, error: error,
      bound: precision == .float32 ? Self.bound : Self.roundedBound)
  }

  /// Measures runs on rows that are on the device already and scores that stay there.
  ///
  /// - Throws: An error of the device.
  func measuredPlan(on backend: any Backend, _ sampler: Sampler) throws -> Measurement {
    var graph = try net.network().inferenceGraph(for: .binaryCrossEntropy)
    let fence = try Fence(in: &graph)
    let store = try backend.makeVariables(graph.variables)
    try net.write(to: store)
    let plan = try backend.compile(graph, batchCapacity: rowCount, variables: store)
    let count = rowCount * net.widths[0]
    plan.withInput(0, rows: rowCount) { input in
      for index in 0..<count { input[index] = features[index] }
    }
    try plan.run(rows: rowCount)
    let error = error(
      of: try plan.withOutput(0, rows: rowCount) { output in output.indices.map { output[$0] } })
    let times = try sampler.times(
      { _ in try plan.run(rows: rowCount) }, wait: { try fence.wait(for: plan) })
    return Measurement(times: times, error: error, bound: Self.bound)
  }

  /// The greatest difference of 64 rows spread over the batch.
  private func error(of scores: [Float]) -> Double {
    let outputs = net.widths[net.layerCount]
    var worst = 0.0
    for row in stride(from: 0, to: rowCount, by: max(1, rowCount / 64)) {
      for (output, expected) in net.scores(features, row: row).enumerated() {
        let difference = abs(Double(scores[row * outputs + output]) - expected)
        worst = difference <= worst ? worst : difference
      }
    }
    return worst
  }
}
