import Foundation
import Testing

/// Models that are sealed in another precision than float32.
@Suite(.timeLimit(.minutes(2))) struct PrecisionTests {
  private func train(_ precision: String, in workspace: Workspace) async throws -> Apus.Outcome {
    let data = try workspace.write(Visits.csv(rows: 400), to: "visits.csv")
    return try await Apus.run(
      TrainedModel.arguments(data: data, output: workspace.path("models/visits"))
        + ["--precision", precision, "--max-precision-loss", "0.1"], in: workspace)
  }

  @Test func `a net that a precision does not suit is refused before it is trained`() async throws {
    let workspace = try Workspace()
    let outcome = try await Apus.run(
      TrainedModel.arguments(
        data: try await TrainedModel.shared().data, output: workspace.path("models/visits"))
        + ["--columns", "channel=identifier", "--precision", "int8", "--epochs", "100000000"],
      in: workspace)
    #expect(outcome.exitCode != 0 && outcome.errors.contains("int8"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("epoch 1"), "\(outcome.errors)")
  }

  @Test(arguments: ["bf16-weights", "bf16", "int8"])
  func `a precision is measured, sealed, shown and served`(
    _ precision: String
  ) async throws {
    let workspace = try Workspace()
    let outcome = try await train(precision, in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let trained = try #require(try outcome.object()["precision"] as? [String: Any])
    #expect(trained["precision"] as? String == precision)
    #expect(trained["rows"] as? Int == 80 && trained["limit"] as? Double == 0.1)
    #expect(try 0...0.1 ~= #require(trained["greatestDifference"] as? Double))

    let model = workspace.path("models/visits")
    let inspected = try await Apus.run(["inspect", model], in: workspace)
    #expect(inspected.output.contains("scores in \(precision): auc"))
    let manifest = try await Apus.run(["inspect", model, "--json"], in: workspace).object()
    #expect((manifest["training"] as? [String: Any])?["splitRule"] as? String == "random")
    let report = try #require(manifest["scoringPrecision"] as? [String: Any])
    #expect(report["precision"] as? String == precision)
    let scored = try await Apus.run(
      [
        "score", "--model", model, "--data", workspace.path("visits.csv"), "--output",
        workspace.path("scores.csv"), "--device", "cpu",
      ], in: workspace)
    #expect(scored.exitCode == 0, "\(scored.errors)")
  }
}
