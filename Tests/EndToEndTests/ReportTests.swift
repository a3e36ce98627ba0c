import Foundation
import Testing

/// Calibration, thresholds, and what lies beside a model.
@Suite(.timeLimit(.minutes(2))) struct ReportTests {
  /// Trains a calibrated model with a threshold.
  private func train(_ workspace: Workspace, _ options: [String] = []) async throws -> Apus.Outcome
  {
    let data = try workspace.write(Visits.csv(rows: 600), to: "visits.csv")
    let output = workspace.path("models/visits")
    return try await Apus.run(
      TrainedModel.arguments(data: data, output: output) + options, in: workspace)
  }

  @Test func `a server gives the scores of a calibrated model`() async throws {
    let workspace = try Workspace()
    let trained = try await train(
      workspace, ["--calibrate", "isotonic", "--threshold-for", "recall=0.9"])
    let report = try trained.object()
    let calibration = try #require(report["calibration"] as? [String: Any])
    #expect(calibration["method"] as? String == "isotonic")
    let decision = try #require(report["decision"] as? [String: Any])
    #expect(try #require(decision["recall"] as? Double) >= 0.9)

    let score = ["score", "--data", workspace.path("visits.csv"), "--output"]
    let local = try await Apus.run(
      score + [
        workspace.path("local.csv"), "--model", workspace.path("models/visits"), "--device", "cpu",
      ], in: workspace)
    #expect(local.exitCode == 0, "\(local.errors)")
    let server = try await ServerProcess(models: workspace.path("models"), in: workspace)
    let remote = try await Apus.run(
      score + [workspace.path("remote.csv"), "--model", "visits", "--connect", server.address],
      in: workspace)
    #expect(remote.exitCode == 0, "\(remote.errors)")
    #expect(try workspace.text("remote.csv") == workspace.text("local.csv"))
    #expect(await server.stop() == 0)
  }

  @Test func `the scalars are there while the run goes on, and then beside the model`() async throws
  {
    let workspace = try Workspace()
    let data = try workspace.write(Visits.csv(rows: 500), to: "visits.csv")
    let arguments = TrainedModel.arguments(data: data, output: workspace.path("models/visits"))
    let child = try Child(arguments + ["--epochs", "1000000"], in: workspace)
    let deadline = ContinuousClock.now + .seconds(60)
    var size = 0
    while size < 20_000, ContinuousClock.now < deadline {
      await Task.yield()
      let name = workspace.names(in: "models/visits/running").first ?? "none"
      size = (try? workspace.bytes("models/visits/running/\(name)").count) ?? 0
    }
    #expect(size >= 20_000)
    child.signal(SIGTERM)
    #expect(await child.exitCode() == 0)
    #expect(workspace.names(in: "models/visits") == ["1"])
    #expect(workspace.names(in: "models/visits/1").contains { $0.contains("tfevents") })
  }

  @Test func `a page, its numbers and the scalars lie beside the model`() async throws {
    let workspace = try Workspace()
    let report = try await train(workspace).object()
    let folder = "models/visits/1"
    let names = workspace.names(in: folder)
    #expect(names.contains("report.json") && names.contains { $0.contains("tfevents") })
    let page = workspace.path("\(folder)/report.html")
    #expect(report["page"] as? String == page)
    let html = try workspace.text("\(folder)/report.html")
    #expect(html.hasPrefix("<!doctype html>") && html.contains("returning, really"))

    try FileManager.default.removeItem(atPath: page)
    let again = try await Apus.run(["report", workspace.path("models/visits")], in: workspace)
    #expect(again.exitCode == 0, "\(again.errors)")
    #expect(try workspace.text("\(folder)/report.html") == html)

    let other = try await Apus.run(
      [
        "report", workspace.path("models/visits"), "--data", workspace.path("visits.csv"),
        "--output", workspace.path("other.html"), "--device", "cpu",
      ], in: workspace)
    #expect(other.exitCode == 0, "\(other.errors)")
    #expect(try workspace.text("other.html").contains("\"name\":\"visits.csv\""))
  }

  @Test func `runs are laid side by side`() async throws {
    let workspace = try Workspace()
    _ = try await train(workspace)
    _ = try await train(workspace, ["--hidden", "none"])
    let runs = [1, 2].map { workspace.path("models/visits/\($0)") }
    let compared = try await Apus.run(
      ["compare"] + runs + ["--output", workspace.path("compare.html")], in: workspace)
    #expect(compared.exitCode == 0, "\(compared.errors)")
    #expect(compared.output.contains("visits 1") && compared.output.contains("test auc"))
    #expect(try workspace.text("compare.html").contains("Runs side by side"))
  }

  @Test func `what cannot be done is told before training, and by its exit code`() async throws {
    let workspace = try Workspace()
    let without = try await train(workspace, ["--no-report"])
    #expect(without.exitCode == 0)
    let missing = try await Apus.run(["report", workspace.path("models/visits")], in: workspace)
    #expect(missing.exitCode == 65 && missing.errors.contains("apus report"))
    let unsuited = try await train(workspace, ["--calibrate", "platt", "--validation", "0"])
    #expect(unsuited.exitCode == 65 && unsuited.errors.contains("validation"))
    let wrong = try await train(workspace, ["--threshold-for", "precision=2"])
    #expect(wrong.exitCode == 64)
  }
}
