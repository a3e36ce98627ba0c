import ApusModel
import ApusTraining
import Foundation
import Testing

@Suite("Hyperparameter search")
struct HyperparameterSearchTests {
  /// A folder that is removed in the end.
  private final class Folder {
    let path = NSTemporaryDirectory() + "apus-search-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private struct Cut: Error {}

  private static let space = SearchSpace([
    SearchSpace.Dimension("net", .choices(["mlp", "dcn", "linear"])),
    SearchSpace.Dimension(
      "rate", .range(SearchSpace.Range(1e-4, 0.1, isLogarithmic: true, isWhole: false))),
    SearchSpace.Dimension(
      "width", .range(SearchSpace.Range(4, 64, isLogarithmic: true, isWhole: true))),
    SearchSpace.Dimension(
      "share", .range(SearchSpace.Range(0, 0.5, isLogarithmic: false, isWhole: false))),
  ])

  private static func plan(
    metric: String = "loss", seed: UInt64 = 7, trials: Int = 9, brackets: Int = 2
  ) -> SearchPlan {
    SearchPlan(
      space: space,
      schedule: HalvingSchedule(
        trials: trials, epochs: 9, firstEpochs: 1, reduction: 3, brackets: brackets),
      metric: metric, seed: seed, arguments: ["--label", "bought"], data: Digest(of: [1]))
  }

  /// What a trial would come to, were it trained: a function of its number and epochs.
  private static func outcome(_ trial: Trial, _ epochs: Int) -> TrialOutcome {
    guard trial.number % 5 != 0 else {
      return TrialOutcome(trial, epochs: epochs, failure: "the loss became nan")
    }
    let loss = Double(trial.number * 7 % 11) / Double(epochs)
    return TrialOutcome(
      trial, epochs: epochs,
      records: [
        EpochRecord(
          epoch: epochs, trainingLoss: loss, validationLoss: loss,
          metrics: ["loss": loss, "auc": 1 - loss / 100], seconds: 0, isBest: true)
      ])
  }

  /// Runs a search to its end, or until some outcomes are kept.
  private static func run(
    _ plan: SearchPlan, in folder: Folder, resumes: Bool, outcomes: Int = .max
  ) throws -> HyperparameterSearch {
    var search = HyperparameterSearch(plan)
    let journal = SearchJournal(in: folder.path)
    if resumes { try search.replay(journal) } else { try journal.begin(plan) }
    var left = outcomes
    try search.run(keeping: journal) { trial, epochs in
      if left == 0 { throw Cut() }
      left -= 1
      return outcome(trial, epochs)
    } didRecord: { _, _, _ in
    }
    return search
  }

  @Test("the same seed draws the same trials, all of them within the space")
  func draws() throws {
    let settings = (1...400).map { Self.space.settings(ofTrial: $0, seed: 3) }
    #expect(settings == (1...400).map { Self.space.settings(ofTrial: $0, seed: 3) })
    #expect(settings[0] != Self.space.settings(ofTrial: 1, seed: 4))
    let nets = Dictionary(grouping: settings.compactMap { $0["net"] }) { $0 }.mapValues(\.count)
    #expect(nets.count == 3 && nets.values.allSatisfy { 95...175 ~= $0 }, "\(nets)")
    let rates = settings.compactMap { $0["rate"].flatMap(Double.init) }
    #expect(rates.count == 400 && rates.allSatisfy { 1e-4...0.1 ~= $0 })
    #expect(160...240 ~= rates.count { $0 < 3.162e-3 }, "half lies below the geometric mean")
    #expect(settings.allSatisfy { ($0["rate"] ?? "").count <= 9 }, "three digits")
    let widths = Set(settings.compactMap { $0["width"].flatMap { Int($0) } })
    #expect(widths.min() == 4 && (widths.max() ?? 0) > 58 && (widths.max() ?? 0) <= 64)
    let shares = settings.compactMap { $0["share"].flatMap(Double.init) }
    #expect(160...240 ~= shares.count { $0 < 0.25 })
  }

  @Test("the best of each rung go on, the rest and failures do not")
  func promotion() throws {
    let search = try Self.run(Self.plan(), in: Folder(), resumes: false)
    // Losses of 1...9 are 7, 3, 10, 6, none, 9, 5, 1, 8; of 10...14 none, 0, 7, 3, 10.
    let rungs = search.outcomes.map { [$0.trial.bracket, $0.epochs, $0.trial.number] }
    #expect(
      rungs == (1...9).map { [1, 1, $0] } + [[1, 3, 2], [1, 3, 7], [1, 3, 8], [1, 9, 8]]
        + (10...14).map { [2, 3, $0] } + [[2, 9, 11]])
    #expect(search.best?.trial.number == 11 && search.best?.epochs == 9)
    #expect(search.ranking.map(\.trial.number).prefix(4) == [11, 8, 2, 13])
    #expect(search.ranking.suffix(2).allSatisfy { $0.failure != nil })
    #expect(search.next == .finish)
  }

  @Test("of a metric that is no error the most is best")
  func direction() throws {
    let loss = try Self.run(Self.plan(), in: Folder(), resumes: false)
    let auc = try Self.run(Self.plan(metric: "auc"), in: Folder(), resumes: false)
    #expect(auc.outcomes.map(\.trial) == loss.outcomes.map(\.trial))
    #expect(auc.best?.trial == loss.best?.trial)
  }

  @Test("state is dropped of trials that will neither go on nor win")
  func retirement() throws {
    var search = HyperparameterSearch(Self.plan())
    var kept: Set<Int> = []
    while case .run(let trial, let epochs) = search.next {
      kept.insert(trial.number)
      for trial in search.record(Self.outcome(trial, epochs)) { kept.remove(trial.number) }
      if search.outcomes.count == 9 { #expect(kept == [2, 7, 8]) }
      if search.outcomes.count == 13 { #expect(kept == [8]) }
    }
    #expect(kept == [11])
  }

  @Test("a bracket all of whose trials failed ends, and the next begins")
  func failures() throws {
    var search = HyperparameterSearch(Self.plan())
    while case .run(let trial, let epochs) = search.next {
      _ = search.record(
        trial.bracket == 1
          ? TrialOutcome(trial, epochs: epochs, failure: "no") : Self.outcome(trial, epochs))
    }
    #expect(search.outcomes.count == 9 + 5 + 1 && search.best?.trial.number == 11)
    var hopeless = HyperparameterSearch(Self.plan())
    while case .run(let trial, let epochs) = hopeless.next {
      _ = hopeless.record(TrialOutcome(trial, epochs: epochs, failure: "no"))
    }
    #expect(hopeless.best == nil && hopeless.outcomes.count == 14)
  }

  @Test("a search cut at any byte of its journal goes on to the same journal")
  func resumption() throws {
    let folder = Folder()
    let whole = try Self.run(Self.plan(), in: folder, resumes: false)
    let journal = URL(filePath: SearchJournal(in: folder.path).path)
    let bytes = try Data(contentsOf: journal)
    let head = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
    #expect(ends.count == 1 + whole.outcomes.count)
    // Each line's end, the byte before and behind it, and the middle of the line that follows.
    for cut in Set(ends.flatMap { [$0, $0 + 1, $0 + 2, $0 + 60] })
    where head + 1...bytes.count ~= cut {
      try bytes.prefix(cut).write(to: journal)
      let resumed = try Self.run(Self.plan(), in: folder, resumes: true)
      #expect(resumed.outcomes == whole.outcomes, "cut at \(cut)")
      #expect(try Data(contentsOf: journal) == bytes, "cut at \(cut)")
    }
    // The end of the last line is on the disk, and what is before it is not.
    var holed = bytes.prefix(ends[4] + 1)
    for index in ends[3] + 1..<ends[4] - 3 { holed[index] = 0 }
    try holed.write(to: journal)
    #expect(try Self.run(Self.plan(), in: folder, resumes: true).outcomes == whole.outcomes)
    #expect(try Data(contentsOf: journal) == bytes)
  }

  @Test("what ends a search in the middle of a trial loses that trial alone")
  func interruption() throws {
    let (folder, other) = (Folder(), Folder())
    let whole = try Self.run(Self.plan(), in: other, resumes: false)
    for count in [3, 0, 5] {
      #expect(throws: Cut.self) {
        try Self.run(Self.plan(), in: folder, resumes: true, outcomes: count)
      }
    }
    #expect(try Self.run(Self.plan(), in: folder, resumes: true).outcomes == whole.outcomes)
    #expect(
      try Data(contentsOf: URL(filePath: SearchJournal(in: folder.path).path))
        == Data(contentsOf: URL(filePath: SearchJournal(in: other.path).path)))
  }

  @Test("a journal of another search, of no search, or with a broken line is refused")
  func refusals() throws {
    let folder = Folder()
    _ = try Self.run(Self.plan(), in: folder, resumes: false)
    func fault(_ plan: SearchPlan, resumes: Bool = true) -> CheckpointError? {
      #expect(throws: CheckpointError.self) { try Self.run(plan, in: folder, resumes: resumes) }
    }
    #expect(fault(Self.plan(), resumes: false)?.code == .occupied)
    let other = fault(Self.plan(metric: "auc", seed: 8))
    #expect(other?.code == .otherRun)
    #expect(other?.message.contains("the metric is auc, not loss; the seed is 8, not 7") == true)
    let path = SearchJournal(in: folder.path).path
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    func write(_ lines: [Substring]) throws {
      try (lines.joined(separator: "\n") + "\n").write(
        toFile: path, atomically: true, encoding: .utf8)
    }
    try write(Array(lines[..<3]) + ["{}"] + lines[3...])
    #expect(fault(Self.plan())?.description.contains("line 4 is not") == true)
    // A whole line that was not due.
    try write([lines[0], lines[2]])
    #expect(fault(Self.plan())?.description.contains("line 2 is not") == true)
    try write(["nothing"])
    #expect(fault(Self.plan())?.code == .damaged)
  }
}
