import Foundation
import Testing

/// From a CSV file to scores, locally and over the wire.
@Suite(.timeLimit(.minutes(2))) struct PipelineTests {
  @Test func `training tells in one JSON object what it did`() async throws {
    let trained = try await TrainedModel.shared()
    let report = try trained.outcome.object()
    #expect(report["rows"] as? Int == 600)
    #expect(report["duplicatesDropped"] as? Int == 0)
    #expect(report["seed"] as? Int == 42)
    #expect(report["threads"] as? Int == 1)
    #expect(report["version"] as? Int == 1)
    #expect(report["epochsRun"] as? Int == 3)
    #expect(report["trainSeconds"] as? Double ?? 0 > 0)
    let test = try #require(report["test"] as? [String: Any])
    #expect(test["rows"] as? Int == 120)
    #expect(try 0.5...1 ~= #require(test["auc"] as? Double))
    for metric in ["accuracy", "logLoss", "precision", "recall"] {
      #expect(test[metric] is Double, "\(metric)")
    }
    #expect(trained.workspace.names(in: "models/visits") == ["1"])
  }

  @Test func `a model is evaluated and inspected`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let evaluated = try await Apus.run(
      ["evaluate", "--model", trained.model, "--data", trained.data, "--device", "cpu", "--json"],
      in: workspace)
    #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
    #expect(try evaluated.object().isEmpty == false)
    let inspected = try await Apus.run(["inspect", trained.model, "--json"], in: workspace)
    #expect(inspected.exitCode == 0, "\(inspected.errors)")
    #expect(inspected.output.contains("returning, really"))
    #expect(try inspected.object().isEmpty == false)
    let read = try await Apus.run(["inspect", trained.model], in: workspace)
    #expect(read.exitCode == 0)
    #expect(read.output.contains("channel"))
  }

  @Test func `a net from a file is the net of the name, and is drawn`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let net = try workspace.write(
      """
      parts:
        numbers: {columns: numeric}
        vectors: {columns: identifiers, embedding: 16}
      output:
        from: [numbers, vectors]
        layers:
          - dense: {units: 16, activation: relu}
          - dense: {units: 8, activation: relu}
      """, to: "net.yaml")
    let output = workspace.path("models/visits")
    let outcome = try await Apus.run(
      TrainedModel.arguments(data: trained.data, output: output, net: ["--net", net]),
      in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(
      try workspace.bytes("models/visits/1/weights.safetensors")
        == trained.workspace.bytes("models/visits/1/weights.safetensors"))

    let drawn = try await Apus.run(["inspect", output], in: workspace)
    #expect(drawn.output.contains(/matmul \+ bias, relu +rows x 16/), "\(drawn.output)")
    let object = try await Apus.run(["inspect", output, "--json"], in: workspace).object()
    let table = try #require(object["net"] as? [String: Any])
    let lines = try #require(table["lines"] as? [[String: Any]])
    #expect(lines.compactMap { $0["name"] as? String }.contains("layers.1"))
    let parameters = lines.compactMap { $0["parameters"] as? Int }
    #expect(table["parameters"] as? Int == parameters.reduce(0, +))
    #expect(parameters.contains(16 * 8 + 8))
  }

  @Test func `local and remote scores are the same bytes, whatever the batch`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let local = try await Apus.run(
      [
        "score", "--model", trained.model, "--data", trained.data, "--output",
        workspace.path("local.csv"), "--device", "cpu",
      ], in: workspace)
    #expect(local.exitCode == 0, "\(local.errors)")
    let expected = try workspace.text("local.csv")
    let lines = expected.split(separator: "\n")
    #expect(lines.first == "row,score")
    #expect(lines.count == 601)
    for (row, line) in lines.dropFirst().enumerated() {
      let fields = line.split(separator: ",")
      #expect(Int(fields[0]) == row)
      let score = try #require(Float(fields[1]))
      #expect(0...1 ~= score && score.description == fields[1])
    }

    let server = try await ServerProcess(models: trained.models, in: workspace)
    for size in [1, 7, 4096] {
      let remote = try await Apus.run(
        [
          "score", "--connect", server.address, "--model", "visits", "--data", trained.data,
          "--output", workspace.path("remote-\(size).csv"), "--batch-size", "\(size)",
        ], in: workspace)
      #expect(remote.exitCode == 0, "\(remote.errors)")
      #expect(try workspace.text("remote-\(size).csv") == expected, "batches of \(size)")
    }
    #expect(await server.stop() == 0)
  }

  @Test func `training again adds a version`() async throws {
    let workspace = try Workspace()
    let data = try workspace.write(Visits.csv(rows: 100), to: "visits.csv")
    let arguments = TrainedModel.arguments(data: data, output: workspace.path("models/visits"))
    for version in 1...2 {
      let outcome = try await Apus.run(arguments, in: workspace)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(try outcome.object()["version"] as? Int == version)
    }
    #expect(workspace.names(in: "models/visits") == ["1", "2"])
  }

  @Test func `duplicates are dropped and counted`() async throws {
    let workspace = try Workspace()
    let csv = Visits.csv(rows: 100)
    let repeated = csv.split(separator: "\n").dropFirst().prefix(9).joined(separator: "\n")
    let data = try workspace.write(csv + repeated + "\n", to: "visits.csv")
    let outcome = try await Apus.run(
      TrainedModel.arguments(data: data, output: workspace.path("models/visits")), in: workspace)
    #expect(try outcome.object()["rows"] as? Int == 100)
    #expect(try outcome.object()["duplicatesDropped"] as? Int == 9)
  }

  @Test(arguments: [["version"], ["devices", "--json"], ["--help"]])
  func `small commands answer`(arguments: [String]) async throws {
    let outcome = try await Apus.run(arguments, in: Workspace())
    #expect(outcome.exitCode == 0)
    #expect(!outcome.output.isEmpty)
    #expect(outcome.errors.isEmpty)
  }

  @Test(
    arguments: [
      "train", "evaluate", "score", "serve", "inspect", "devices", "simulate", "demo", "version",
      "token",
    ])
  func `help shows an example`(command: String) async throws {
    let outcome = try await Apus.run([command, "--help"], in: Workspace())
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.contains("apus \(command)"))
  }
}
