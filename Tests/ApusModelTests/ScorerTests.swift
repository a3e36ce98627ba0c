import ApusCPU
import ApusData
import ApusModel
import Testing

@Suite("Scorer")
struct ScorerTests {
  @Test("pieces, whole tables and features give the same bits")
  func pieces() throws {
    let fixture = try Fixture()
    let whole = try Scorer(fixture.artifact, backend: fixture.backend).scores(of: fixture.table)
    #expect(whole.count == 60 && Set(whole).count > 10)
    for capacity in [1, 7, 60] {
      let scorer = try Scorer(fixture.artifact, backend: fixture.backend, batchCapacity: capacity)
      #expect(try scorer.scores(of: fixture.table) == whole)
      let features = try scorer.encoder.features(of: fixture.table).matrix()
      var scores = [Float](repeating: 0, count: 60)
      var span = scores.mutableSpan
      try scorer.score(features: features.span, rowCount: 60, into: &span)
      #expect(scores == whole)
    }
  }

  @Test("calls from many threads do not disturb each other")
  func threads() async throws {
    let fixture = try Fixture()
    let scorer = try Scorer(fixture.artifact, backend: fixture.backend, batchCapacity: 4)
    let table = fixture.table
    let whole = try scorer.scores(of: table)
    try await withThrowingTaskGroup(of: [Float].self) { group in
      for _ in 0..<50 { group.addTask { try scorer.scores(of: table) } }
      for try await scores in group { #expect(scores == whole) }
    }
  }

  @Test("golden rows that score differently keep the model off the device")
  func goldenMismatch() throws {
    let fixture = try Fixture()
    let source = fixture.artifact
    var scores = source.goldenScores
    scores[3] += 0.001
    let wrong = Artifact(
      name: "visits", loss: source.manifest.loss, transform: source.manifest.transform,
      graph: source.manifest.graph, weights: source.weights,
      golden: (source.goldenFeatures, scores), training: source.manifest.training, metrics: [:],
      writer: "tests")
    let error = #expect(throws: ArtifactError.self) {
      try Scorer(wrong, backend: fixture.backend)
    }
    #expect(error?.code == .goldenMismatch)
    #expect(error?.message.contains("golden row 3") == true)
  }

  @Test("unknown categories and missing values score, infinite numbers do not")
  func unusual() throws {
    let fixture = try Fixture()
    let scorer = try Scorer(fixture.artifact, backend: fixture.backend)
    let unusual = try Table(columns: [
      Column(name: "age", kind: .real, numbers: [1, 0], missing: RowMask([1])),
      Column(name: "channel", kind: .category, strings: ["carrier pigeon", nil]),
    ])
    #expect(try scorer.scores(of: unusual).allSatisfy { 0 < $0 && $0 < 1 })
    let infinite = try Table(columns: [
      Column(name: "age", kind: .real, numbers: [1, .infinity]),
      Column(name: "channel", kind: .category, strings: ["web", "web"]),
    ])
    let error = #expect(throws: DataError.self) { try scorer.scores(of: infinite) }
    #expect(error?.code == .nonFinite && error?.row == 1 && error?.column == "age")
  }
}
