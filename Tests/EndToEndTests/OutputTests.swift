import Foundation
import Testing

/// `--output` where no plain file is: what was there stays what it was.
@Suite(.timeLimit(.minutes(2))) struct OutputTests {
  /// Scores to a link of this name.
  private func score(
    to link: String, leadingTo target: String, in workspace: Workspace
  ) async throws -> Apus.Outcome {
    let trained = try await TrainedModel.shared()
    let path = workspace.path(link)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    let outcome = try await Apus.run(
      [
        "score", "--model", trained.model, "--data", trained.data, "--output", path, "--device",
        "cpu",
      ], in: workspace)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
    return outcome
  }

  // By a link in a folder of its own, so that a fault costs the link and not the device.
  @Test func `a full device is an output that cannot be written`() async throws {
    let workspace = try Workspace()
    let outcome = try await score(to: "full", leadingTo: "/dev/full", in: workspace)
    #expect(outcome.exitCode == 73)
    #expect(outcome.errors.contains("it cannot be written: No space"), "\(outcome.errors)")
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/full")[.type]
    #expect(type as? FileAttributeType == .typeCharacterSpecial)
  }

  @Test func `a link stays, and the file behind it is written`() async throws {
    let workspace = try Workspace()
    let file = try workspace.write("old", to: "scores.csv")
    let outcome = try await score(to: "link.csv", leadingTo: file, in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(try workspace.text("scores.csv").hasPrefix("row,score\n"))
    #expect(workspace.names(in: ".").filter { $0.hasSuffix(".csv") } == ["link.csv", "scores.csv"])
  }

  @Test func `a link to nothing yet makes the file`() async throws {
    let workspace = try Workspace()
    let outcome = try await score(
      to: "link.csv", leadingTo: workspace.path("new.csv"), in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(try workspace.text("new.csv").hasPrefix("row,score\n"))
  }
}
