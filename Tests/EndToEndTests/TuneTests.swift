import Foundation
import Testing

/// `apus tune`: a search that can be cut anywhere and ends with the same model, which `apus train`
/// makes again.
@Suite(.timeLimit(.minutes(5))) struct TuneTests {
  private static let space = """
    net: [mlp, deepfm]
    hidden: [[8], [16, 8]]
    learning-rate: {from: 0.001, to: 0.1, log: true}
    schedule: [cosine, constant]

    """

  private func arguments(
    _ workspace: Workspace, _ name: String, space: String = TuneTests.space
  ) throws -> [String] {
    [
      "tune", "--data", try workspace.write(Visits.csv(rows: 400), to: "visits.csv"), "--label",
      "bought", "--drop", "id", "--space", try workspace.write(space, to: "\(name).yaml"),
      "--trials", "8", "--epochs", "8", "--reduction", "2", "--brackets", "2", "--device", "cpu",
      "--threads", "1", "--search-dir", workspace.path(name), "--output",
      workspace.path("\(name)-models/visits"), "--json",
    ]
  }

  private func weights(_ workspace: Workspace, _ name: String) throws -> [UInt8] {
    try workspace.bytes("\(name)/visits/1/weights.safetensors")
  }

  @Test func `the best is sealed, and its command makes it again`() async throws {
    let workspace = try Workspace()
    let outcome = try await Apus.run(arguments(workspace, "search"), in: workspace)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    let summary = try outcome.object()
    // Rungs of 8, 4, 2, 1 trials, then of 6 = ceil(8 x 4 / 3 / 2), 3, 1.
    #expect(summary["trials"] as? Int == 14 && summary["outcomes"] as? Int == 25)
    let lines = try workspace.text("search/journal.jsonl").split(separator: "\n")
    #expect(lines.count == 26)
    let page = try workspace.text("search/tune.html")
    #expect(page.contains("Parallel coordinates") && !page.contains("src="))
    let report = try workspace.text("search-models/visits/1/report.json")
    let kept = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
    let command = try #require(kept?["command"] as? [String])
    #expect(command == summary["command"] as? [String])
    #expect(command.prefix(2) == ["apus", "train"] && command.contains("--epochs=8"))

    var words = Array(command.dropFirst())
    words[words.count - 1] = workspace.path("again/visits")
    let again = try await Apus.run(words, in: workspace)
    try #require(again.exitCode == 0, "\(again.errors)")
    #expect(try weights(workspace, "again") == weights(workspace, "search-models"))
    let folders = workspace.names(in: "search").filter { $0.hasPrefix("trial-") }
    #expect(folders.count == 1, "\(folders)")
  }

  @Test func `a search that is killed goes on to the same journal and model`() async throws {
    let workspace = try Workspace()
    let whole = try await Apus.run(arguments(workspace, "whole"), in: workspace)
    try #require(whole.exitCode == 0, "\(whole.errors)")
    let expected = try workspace.bytes("whole/journal.jsonl")
    var (killed, code) = (0, Int32(-1))
    for outcomes in [3, 11, 20, 25] {
      let child = try Child(arguments(workspace, "cut") + ["--resume"], in: workspace)
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        let journal = (try? workspace.text("cut/journal.jsonl")) ?? ""
        if journal.count(where: { $0 == "\n" }) > outcomes { break }
        await Task.yield()
      }
      child.signal(SIGKILL)
      code = await child.exitCode()
      killed += code == 256 + SIGKILL ? 1 : 0
      // The last line is torn, as if the disk had not kept it.
      let journal = try workspace.bytes("cut/journal.jsonl")
      _ = try workspace.write(journal.dropLast(7), to: "cut/journal.jsonl")
    }
    #expect(killed > 0, "the last ended with \(code)")
    try? FileManager.default.removeItem(atPath: workspace.path("cut-models"))
    let last = try await Apus.run(arguments(workspace, "cut") + ["--resume"], in: workspace)
    try #require(last.exitCode == 0, "\(last.errors)")
    #expect(try workspace.bytes("cut/journal.jsonl") == expected)
    #expect(try weights(workspace, "cut-models") == weights(workspace, "whole-models"))
    let other = try await Apus.run(
      arguments(workspace, "cut") + ["--resume", "--seed", "7"], in: workspace)
    #expect(other.exitCode == 65)
    #expect(other.errors.contains("the seed is 7, not 42"), "\(other.errors)")
    let anew = try await Apus.run(arguments(workspace, "cut"), in: workspace)
    #expect(anew.exitCode == 65 && anew.errors.contains("--resume goes on"), "\(anew.errors)")
  }

  @Test func `a trial that diverges is an outcome, and what is given is not searched`() async throws
  {
    let workspace = try Workspace()
    let space = "learning-rate: [1e30, 0.01]\noptimizer: sgd\nhidden: [[8], [4]]\n"
    let outcome = try await Apus.run(
      arguments(workspace, "wild", space: space) + ["--hidden", "6"], in: workspace)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    let summary = try outcome.object()
    let failed = try #require(summary["failed"] as? Int)
    #expect(0 < failed && failed < 14, "\(failed)")
    #expect(outcome.errors.contains("the loss became"), "\(outcome.errors)")
    let command = try #require(summary["command"] as? [String])
    #expect(command.contains("--learning-rate=0.01") && command.contains("--optimizer=sgd"))
    #expect(!command.contains { $0.hasPrefix("--hidden=") } && command.contains("--hidden"))
  }

  @Test(arguments: [
    ("net: [mlp]\nlerning-rate: [0.1]\n", ":2: ", "did you mean learning-rate?"),
    ("net: [mlp, tree]\n", ":1: ", "'tree' is invalid"),
    ("dropout: {from: 0, to: 1}\n", ":1: ", "below 1, not 1.0"),
    ("\ndropout: {from: 0}\n", ":2: ", "`to` is missing"),
    ("l1: {from: 0, to: 1, log: true}\n", ":1: ", "both above 0"),
    ("l1: {from: 1, to: 0}\n", ":1: ", "not from 1.0 to 0.0"),
    ("l1: {from: 0, to: 1, lag: true}\n", ":1: ", "no lag; did you mean log?"),
    ("batch-size: {from: 1.5, to: 4}\n", ":1: ", "whole numbers, not 1.5"),
    ("net: {from: 1, to: 4}\n", ":1: ", "give its values in brackets"),
    ("net: []\n", ":1: ", "takes values in brackets"), ("- net\n", ": ", "option: values"),
    ("net: [\n", ": ", "YAML"), ("data: x\n", ":1: ", "data is no option that is searched"),
  ])
  func `a mistake in a space is named by its place`(
    text: String, place: String, words: String
  ) async throws {
    let workspace = try Workspace()
    let outcome = try await Apus.run(arguments(workspace, "s", space: text), in: workspace)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errors.contains("s.yaml\(place)"), "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func `folds are printed, reported and sealed`() async throws {
    let workspace = try Workspace()
    let data = try workspace.write(Visits.csv(rows: 300), to: "visits.csv")
    let arguments = [
      "train", "--data", data, "--label", "bought", "--drop", "id", "--hidden", "8", "--epochs",
      "2", "--device", "cpu", "--output", workspace.path("models/visits"),
    ]
    let outcome = try await Apus.run(
      arguments + ["--folds", "3", "--split", "time:time"], in: workspace)
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("  fold 3: ") && !outcome.output.contains("fold 4"))
    #expect(outcome.output.contains("3 folds, mean ± standard error: auc 0."))
    for file in ["manifest", "report"] {
      let text = try workspace.text("models/visits/1/\(file).json")
      #expect(text.contains("\"standardError\"") && text.contains("\"time:time\""))
    }
    let wrong = try await Apus.run(arguments + ["--folds", "1"], in: workspace)
    #expect(wrong.exitCode == 64 && wrong.errors.contains("--folds takes 2 or more"))
  }
}
