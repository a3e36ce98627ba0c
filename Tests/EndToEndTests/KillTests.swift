import Foundation
import Testing

/// A run that is killed at any instant, and goes on, ends with the same bits.
///
/// `APUS_KILLS` says how often each device's runs are killed; `make kill` asks for 50.
@Suite(.timeLimit(.minutes(30)), .serialized) struct KillTests {
  private static let kills =
    ProcessInfo.processInfo.environment["APUS_KILLS"].flatMap { Int($0) } ?? 3

  private static func arguments(
    _ workspace: Workspace, _ output: String, device: String
  ) -> [String] {
    [
      "train", "--data", workspace.path("visits.csv"), "--label", "bought", "--drop", "id",
      "--output", workspace.path(output), "--hidden", "16,8", "--epochs", "40", "--batch-size", "4",
      "--schedule", "cosine", "--warm-up", "50", "--optimizer", "adamw", "--clip-norm", "1",
      "--device", device, "--threads", "1",
    ]
  }

  @Test func `a run on the CPU that is killed goes on to the same bits`() async throws {
    try await kill(device: "cpu")
  }

  @Test(.enabled("no OpenCL device is here") { try await ReproducibilityTests.hasOpenCL() })
  func `a run on OpenCL that is killed goes on to the same bits`() async throws {
    try await kill(device: "opencl:0")
  }

  private func kill(device: String) async throws {
    let workspace = try Workspace()
    _ = try workspace.write(Visits.csv(rows: 500), to: "visits.csv")
    let start = ContinuousClock.now
    let whole = try await Apus.run(
      Self.arguments(workspace, "whole/model", device: device), in: workspace)
    let duration = ContinuousClock.now - start
    try #require(whole.exitCode == 0, "\(whole.errors)")
    let expected = try workspace.bytes("whole/model/1/weights.safetensors")

    var random = SystemRandomNumberGenerator()
    var (killed, run) = (0, 0)
    while killed < Self.kills {
      run += 1
      let arguments =
        Self.arguments(workspace, "run-\(run)/model", device: device) + [
          "--checkpoint-dir", workspace.path("kept-\(run)"), "--checkpoint-every", "50steps",
          "--resume",
        ]
      // A run that is killed while it seals leaves a hidden folder behind.
      while !workspace.names(in: "run-\(run)/model").contains("1") {
        let child = try Child(arguments, in: workspace)
        if killed < Self.kills {
          // The instant is the experiment: it is drawn, not waited for.
          try await Task.sleep(for: duration * Double.random(in: 0..<1, using: &random))
          child.signal(SIGKILL)
        }
        let code = await child.exitCode()
        killed += code == 256 + SIGKILL ? 1 : 0
        let errors = try workspace.text(child.errors.lastPathComponent)
        #expect([0, 256 + SIGKILL].contains(code), "\(errors)")
        if ![0, 256 + SIGKILL].contains(code) { return }
      }
      let found = try workspace.bytes("run-\(run)/model/1/weights.safetensors")
      #expect(found == expected, "run \(run) on \(device), after \(killed) kills in all")
    }
    print("killed \(killed) times on \(device), in \(run) runs")
  }

  @Test func `SIGTERM keeps the run and says how to go on`() async throws {
    let workspace = try Workspace()
    _ = try workspace.write(Visits.csv(rows: 500), to: "visits.csv")
    let arguments =
      Self.arguments(workspace, "model", device: "cpu")
      + ["--epochs", "100000", "--checkpoint-dir", workspace.path("kept"), "--resume"]
    let child = try Child(arguments, in: workspace)
    let deadline = ContinuousClock.now + .seconds(60)
    while workspace.names(in: "kept").isEmpty, ContinuousClock.now < deadline {
      await Task.yield()
    }
    child.signal(SIGTERM)
    #expect(await child.exitCode() == 75)
    let errors = try workspace.text(child.errors.lastPathComponent)
    #expect(errors.contains("the same command with --resume"), "\(errors)")
    let other = try await Apus.run(arguments + ["--seed", "7"], in: workspace)
    #expect(other.exitCode == 65)
    #expect(other.errors.contains("the seed is 7, not 42"), "\(other.errors)")
  }
}
