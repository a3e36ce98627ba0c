import Testing

/// From a log of events to scores that a server gives, by way of identifiers and tokens.
@Suite(.timeLimit(.minutes(2))) struct EventLogTests {
  @Test func `a log becomes rows, a model, and the same scores over the wire`() async throws {
    let workspace = try Workspace()
    func apus(_ arguments: [String]) async throws -> Apus.Outcome {
      let outcome = try await Apus.run(arguments, in: workspace)
      #expect(outcome.exitCode == 0, "\(arguments.first ?? ""): \(outcome.errors)")
      return outcome
    }
    _ = try await apus([
      "simulate", "shop", "--users", "150", "--days", "40", "--seed", "3", "--output",
      workspace.path("shop"),
    ])
    let rows = workspace.path("rows.csv")
    _ = try await apus([
      "prepare", "--data", workspace.path("shop/events.csv"), "--target", "purchase", "--horizon",
      "7d", "--output", rows,
    ])
    let lines = try workspace.text("rows.csv").split(separator: "\n")
    #expect(lines.count > 100 && lines[0].contains("items") && lines[0].hasSuffix("label"))
    _ = try await apus([
      "train", "--data", rows, "--label", "label", "--output", workspace.path("models/buyers"),
      "--split", "group:user", "--net", "deepfm", "--hidden", "8", "--embedding-width", "4",
      "--columns", "items=bag:|,kinds=multi-hot:|", "--epochs", "2", "--device", "cpu", "--json",
    ])
    _ = try await apus([
      "score", "--model", workspace.path("models/buyers"), "--data", rows, "--output",
      workspace.path("local.csv"), "--device", "cpu",
    ])
    let local = try workspace.text("local.csv")
    let scores = local.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
    #expect(Set(scores).count > 20)

    let server = try await ServerProcess(models: workspace.path("models"), in: workspace)
    for size in ["1", "100"] {
      _ = try await apus([
        "score", "--connect", server.address, "--model", "buyers", "--data", rows, "--output",
        workspace.path("remote.csv"), "--batch-size", size,
      ])
      #expect(try workspace.text("remote.csv") == local, "batches of \(size)")
    }
    #expect(await server.stop() == 0)
  }
}
