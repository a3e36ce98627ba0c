import Foundation
import Testing

/// `apus serve --config FILE`: the same options, from a file.
@Suite(.timeLimit(.minutes(2))) struct ServeFileTests {
  private func check(_ text: String, _ arguments: String...) async throws -> Apus.Outcome {
    let workspace = try Workspace()
    let file = try workspace.write(text, to: "serve.yaml")
    return try await Apus.run(["serve", "--check", "--config", file] + arguments, in: workspace)
  }

  @Test func `a check verifies the models and ends`() async throws {
    let trained = try await TrainedModel.shared()
    let outcome = try await check("models: \(trained.models)\ndevice: cpu\nallow-open: false\n")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let report = try outcome.object()
    #expect(report["ready"] as? Bool == true && report["address"] == nil)
    #expect((report["models"] as? [[String: Any]])?.first?["name"] as? String == "visits")
  }

  @Test func `the command line has the last word`() async throws {
    let trained = try await TrainedModel.shared()
    let file = "models: nowhere\ndevice: cpu\nevent-loops: 3\n"
    let outcome = try await check(file, "--models", trained.models)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let wrong = try await check(file)
    #expect(wrong.exitCode != 0 && wrong.errors.contains("nowhere"))
  }

  @Test func `every option of the help can be in a file`() async throws {
    let help = try await Apus.run(["serve", "--help"], in: Workspace())
    let names = help.output.matches(of: /\n  (?:-h, )?--([a-z-]+)/).map { String($0.1) }
    #expect(names.count > 15)
    for name in names where !["config", "check", "help", "version"].contains(name) {
      // A mapping is no value of any option, and an option that the file does not know is worse.
      let outcome = try await check("models: x\n\(name == "models" ? "a" : name): {b: c}\n")
      #expect(outcome.errors.contains(name == "models" ? "no option a" : "\(name) takes a value"))
    }
  }

  @Test(arguments: [
    ("models: m\nlisten: here\n", "serve.yaml:2: ", "'here' is invalid"),
    ("models: m\nlistn: 1\n", "serve.yaml:2: ", "no option listn; did you mean listen?"),
    ("models: m\n\nmodels: n\n", "serve.yaml: ", "duplicated key(s): 'models'"),
    ("models: m\nevent-loops: 0\n", "serve.yaml:2: ", "1 to 256, not 0"),
    ("models: m\nallow-open: perhaps\n", "serve.yaml:2: ", "true or false, not perhaps"),
    ("models: m\nlisten:\n", "serve.yaml:2: ", "takes a value"),
    ("models: m\nconfig: other.yaml\n", "serve.yaml:2: ", "no option config"),
    ("- models\n", "serve.yaml: ", "key: value"), ("models: [\n", "serve.yaml: ", "YAML"),
  ])
  func `a mistake is named by its place`(text: String, place: String, words: String) async throws {
    let outcome = try await check(text)
    #expect(outcome.exitCode == 64)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains(place), "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test(arguments: [
    (["--tls", "127.0.0.1:0"], "--tls needs --certificate and --key"),
    (["--certificate", "c"], "need --tls"),
    (["--keep-awake", "--busy-poll"], "exclude each other"),
    (["--tokens", "nowhere"], "nowhere: it cannot be read"),
    (["--pin", "0,x"], "'0,x' is invalid"),
  ])
  func `options that cannot be are refused`(arguments: [String], words: String) async throws {
    let outcome = try await Apus.run(["serve", "--models", "m"] + arguments, in: Workspace())
    #expect(
      [64, 65].contains(outcome.exitCode) && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func `the command line takes a flag of the file back`() async throws {
    let trained = try await TrainedModel.shared()
    let file = "models: \(trained.models)\nlisten: 0.0.0.0:0\nallow-open: true\ndevice: cpu\n"
    #expect(try await check(file).exitCode == 0)
    let outcome = try await check(file, "--no-allow-open")
    #expect(outcome.exitCode == 64 && outcome.errors.contains("--allow-open"))
  }

  @Test func `a file that is not there is named`() async throws {
    let outcome = try await Apus.run(["serve", "--config", "nowhere.yaml"], in: Workspace())
    #expect(outcome.exitCode == 64 && outcome.errors.contains("nowhere.yaml: it cannot be read"))
  }

  @Test(arguments: [["--listen", "0.0.0.0:0"], ["--http", "0.0.0.0:0"]])
  func `nobody serves the world by accident`(arguments: [String]) async throws {
    let trained = try await TrainedModel.shared()
    let outcome = try await Apus.run(
      ["serve", "--check", "--models", trained.models, "--device", "cpu"] + arguments,
      in: Workspace())
    #expect(outcome.exitCode == 64 && outcome.errors.contains("--allow-open"))
    let open = try await Apus.run(
      ["serve", "--check", "--models", trained.models, "--device", "cpu", "--allow-open"]
        + arguments, in: Workspace())
    #expect(open.exitCode == 0, "\(open.errors)")
  }
}
