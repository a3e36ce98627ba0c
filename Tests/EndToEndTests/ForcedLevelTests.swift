import Foundation
import Testing

/// `APUS_ISA` on the command line: a level that the machine has is used, anything else is refused.
@Suite(.timeLimit(.minutes(2))) struct ForcedLevelTests {
  private func train(_ level: String, _ workspace: Workspace) async throws -> Apus.Outcome {
    let data = try workspace.write(Visits.csv(rows: 200), to: "visits.csv")
    return try await Apus.run(
      TrainedModel.arguments(data: data, output: workspace.path("models/visits")),
      environment: ["APUS_ISA": level], in: workspace)
  }

  @Test(arguments: ["", "AVX2", "avx1024", "neon"])
  func `a level that there is not is refused`(level: String) async throws {
    let workspace = try Workspace()
    let outcome = try await train(level, workspace)
    #expect(1...255 ~= outcome.exitCode, "exit code \(outcome.exitCode): \(outcome.errors)")
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.hasPrefix("apus: APUS_ISA is \(level), "), "\(outcome.errors)")
    #expect(outcome.errors.contains("baseline"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("models")))
  }

  @Test func `the lowest level is used`() async throws {
    let workspace = try Workspace()
    let outcome = try await train("baseline", workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("cpu (CPU SIMD, baseline)"), "\(outcome.errors)")
  }
}
