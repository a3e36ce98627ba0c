import Foundation
import Testing

/// Whatever is wrong: one clear line, a failing exit code, nothing half-written.
@Suite(.timeLimit(.minutes(2))) struct BadInputTests {
  @Test(
    arguments: BadInput.training + BadInput.scoring + BadInput.artifacts + BadInput.others)
  func `is refused`(input: BadInput) async throws {
    let workspace = try Workspace()
    let arguments = try input.arguments(workspace, try await TrainedModel.shared())
    let outcome = try await Apus.run(arguments, in: workspace)
    #expect(1...255 ~= outcome.exitCode, "exit code \(outcome.exitCode): \(outcome.errors)")
    expectOneLine(outcome, words: input.words)
    #expect(outcome.output.isEmpty || !arguments.contains("--json"), "\(outcome.output)")
    for name in input.unwritten {
      #expect(!FileManager.default.fileExists(atPath: workspace.path(name)), "\(name) was written")
    }
    #expect(workspace.names(in: ".").allSatisfy { !$0.hasPrefix(".") && !$0.hasSuffix(".tmp") })
  }

  @Test func `is refused by a server that lives on`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let server = try await ServerProcess(models: trained.models, in: workspace)
    let here = ["--connect", server.address]

    let inUse = try await Apus.run(
      ["serve", "--models", trained.models, "--listen", server.address, "--device", "cpu"],
      in: workspace)
    #expect(1...255 ~= inUse.exitCode)
    expectOneLine(inUse, words: [server.address])

    let unknown = try await Apus.run(
      BadInput.score(here + ["--model", "nobody"], trained.data, in: workspace), in: workspace)
    #expect(1...255 ~= unknown.exitCode)
    expectOneLine(unknown, words: ["no such model"])

    let bad = try workspace.write(Visits.csv(rows: 9) + "x,x,x,x,x,x,x,x\n", to: "bad.csv")
    let text = try await Apus.run(
      BadInput.score(here + ["--model", "visits"], bad, in: workspace), in: workspace)
    #expect(1...255 ~= text.exitCode)
    expectOneLine(text, words: ["bad.csv"])
    #expect(!FileManager.default.fileExists(atPath: workspace.path("scores.csv")))

    let good = try await Apus.run(
      BadInput.score(here + ["--model", "visits"], trained.data, in: workspace), in: workspace)
    #expect(good.exitCode == 0, "\(good.errors)")
    #expect(await server.stop() == 0)
  }

  /// One line says what is wrong, after the progress of a training run if it came that far; where
  /// the command line itself is wrong, its usage follows.
  private func expectOneLine(_ outcome: Apus.Outcome, words: [String]) {
    let prefix = outcome.errors.hasPrefix("Error: ") ? "Error: " : "apus: "
    let lines = outcome.errorLines.filter { line in line.hasPrefix(prefix) }
    #expect(lines.count == 1, "\(outcome.errors)")
    #expect(prefix == "Error: " ? outcome.exitCode == 64 : lines.last == outcome.errorLines.last)
    let line = lines.first ?? ""
    #expect(line.utf8.count < 500, "the line is \(line.utf8.count) bytes long: \(line)")
    #expect(!line.contains("Domain="), "a table instead of a sentence: \(line)")
    for word in words { #expect(line.contains(word), "\"\(word)\" is not in: \(line)") }
  }
}
