import ApusCPU
import ApusCompute
import ApusModel
import Foundation
import Testing

@Suite("Precision of an artifact")
struct PrecisionTests {
  private static let reduced = ScoringPrecision.allCases.filter { $0 != .float32 }

  /// A device that compiles plans and has no nets.
  private final class PlainBackend: Backend {
    let cpu = CPUBackend(threads: 1)
    var device: DeviceDescription { cpu.device }
    func makeVariables(_ variables: [Variable]) throws(ComputeError) -> any VariableStore {
      try cpu.makeVariables(variables)
    }
    func compile(
      _ graph: Graph, batchCapacity: Int, variables: any VariableStore
    ) throws(ComputeError) -> any Plan {
      try cpu.compile(graph, batchCapacity: batchCapacity, variables: variables)
    }
  }

  private func trial(
    _ fixture: Fixture, limit: Double,
    quality: @escaping @Sendable ([Float]) -> ScoringQuality = { _ in ScoringQuality(.auc, 0.75) }
  ) -> PrecisionTrial {
    PrecisionTrial(
      calibration: fixture.artifact.goldenFeatures, features: fixture.artifact.goldenFeatures,
      limit: limit, quality: quality)
  }

  @Test("is measured, sealed, read again and served", arguments: reduced)
  func roundTrip(_ precision: ScoringPrecision) throws {
    let fixture = try Fixture()
    let artifact = try fixture.artifact.scoring(
      in: precision, trial: trial(fixture, limit: 0), backend: fixture.backend)
    let report = try #require(artifact.manifest.scoringPrecision)
    let differences = zip(artifact.goldenScores, fixture.artifact.goldenScores)
      .map { abs(Double($0) - Double($1)) }
    #expect(report.precision == precision && report.rows == 8 && report.loss == 0)
    #expect(0 < report.greatestDifference && report.greatestDifference < 0.02)
    #expect(abs(report.greatestDifference - (differences.max() ?? 0)) < 1e-6)
    #expect(report.meanDifference <= report.greatestDifference)
    #expect(report.inputRanges.count == (precision == .int8 ? 2 : 0))

    let (_, path) = try artifact.seal(in: fixture.model)
    let loaded = try Artifact(at: path)
    #expect(loaded.manifest.scoringPrecision == report && loaded.manifest.formatVersion == 2)
    let scorer = try Scorer(loaded, backend: fixture.backend)
    var scores = [Float](repeating: 0, count: 8)
    var span = scores.mutableSpan
    try scorer.score(features: loaded.goldenFeatures.span, rowCount: 8, into: &span)
    #expect(scores == artifact.goldenScores)
    #expect(scores != fixture.artifact.goldenScores)
    for level in InstructionSet.supported {
      _ = try Scorer(loaded, backend: CPUBackend(threads: 1, instructionSet: level))
    }
  }

  @Test("a model of float32 stays in format 1, and one without the field loads")
  func float32() throws {
    let fixture = try Fixture()
    let artifact = try fixture.artifact.scoring(
      in: .float32, trial: trial(fixture, limit: 0), backend: fixture.backend)
    let (_, path) = try artifact.seal(in: fixture.model)
    let text = try String(contentsOf: URL(filePath: "\(path)/manifest.json"), encoding: .utf8)
    #expect(text.contains("\"formatVersion\" : 1") && !text.contains("scoringPrecision"))
    #expect(try Artifact(at: path).manifest.scoringPrecision == nil)
  }

  @Test("a loss beyond the limit is refused with its figures")
  func refusal() throws {
    let fixture = try Fixture()
    let exact = fixture.artifact.goldenScores
    let quality: @Sendable ([Float]) -> ScoringQuality = { scores in
      ScoringQuality(.auc, zip(scores, exact).allSatisfy { abs($0 - $1) < 1e-6 } ? 0.75 : 0.5)
    }
    let error = #expect(throws: ArtifactError.self) {
      try fixture.artifact.scoring(
        in: .int8, trial: trial(fixture, limit: 0.2, quality: quality), backend: fixture.backend)
    }
    #expect(error?.code == .precisionLoss)
    for figure in ["int8", "auc 0.5", "float32 0.75", "0.25", "limit 0.2", "8 rows"] {
      #expect(error?.message.contains(figure) == true, "\(figure) in \(error?.message ?? "")")
    }
    let allowed = try fixture.artifact.scoring(
      in: .int8, trial: trial(fixture, limit: 0.25, quality: quality), backend: fixture.backend)
    #expect(allowed.manifest.scoringPrecision?.loss == 0.25)
    let undefined = #expect(throws: ArtifactError.self) {
      try fixture.artifact.scoring(
        in: .int8, trial: trial(fixture, limit: 1) { _ in ScoringQuality(.rmse, .nan) },
        backend: fixture.backend)
    }
    #expect(undefined?.code == .precisionLoss)
  }

  @Test("an error that grows is a loss as a share, an AUC that falls as it is")
  func losses() {
    #expect(ScoringQuality.Metric.auc.loss(from: 0.75, to: 0.5) == 0.25)
    #expect(ScoringQuality.Metric.accuracy.loss(from: 0.5, to: 0.75) == -0.25)
    #expect(ScoringQuality.Metric.rmse.loss(from: 2, to: 2.5) == 0.25)
    #expect(ScoringQuality.Metric.rmse.loss(from: 0, to: 0) == 0)
    #expect(ScoringQuality.Metric.rmse.loss(from: 0, to: 1) == .infinity)
  }

  @Test("a device without such nets refuses the model instead of scoring in float32")
  func unsupported() throws {
    let fixture = try Fixture()
    let artifact = try fixture.artifact.scoring(
      in: .bfloat16Weights, trial: trial(fixture, limit: 0), backend: fixture.backend)
    let plain = PlainBackend()
    for attempt in [
      { _ = try Scorer(artifact, backend: plain) },
      {
        _ = try fixture.artifact.scoring(
          in: .bfloat16, trial: trial(fixture, limit: 0), backend: plain)
      },
    ] {
      let error = #expect(throws: ComputeError.self) { try attempt() }
      #expect(error?.code == .unsupportedPrecision)
    }
    _ = try Scorer(fixture.artifact, backend: plain)
  }
}
