/// A small model, trained once and looked at by many tests.
struct TrainedModel: Sendable {
  /// The folder of all of it.
  let workspace: Workspace
  /// What `apus train --json` left behind.
  let outcome: Apus.Outcome

  /// The file that it was trained on.
  var data: String { workspace.path("visits.csv") }
  /// The folder of models.
  var models: String { workspace.path("models") }
  /// The folder of the model.
  var model: String { workspace.path("models/visits") }
  /// The folder of its version.
  var version: String { workspace.path("models/visits/1") }

  private static let training = Task { try await TrainedModel() }

  /// The model; the first test that asks for it trains it.
  static func shared() async throws -> TrainedModel { try await training.value }

  /// The arguments that train quickly.
  static func arguments(
    data: String, output: String, threads: Int = 1, device: String = "cpu",
    net: [String] = ["--hidden", "16,8"]
  ) -> [String] {
    [
      "train", "--data", data, "--label", "bought", "--output", output, "--drop", "id",
      "--epochs", "3", "--device", device, "--threads", "\(threads)", "--json",
    ] + net
  }

  private init() async throws {
    workspace = try Workspace()
    let data = try workspace.write(Visits.csv(rows: 600), to: "visits.csv")
    let arguments = Self.arguments(data: data, output: workspace.path("models/visits"))
    outcome = try await Apus.run(arguments, in: workspace)
    guard outcome.exitCode == 0 else { throw Apus.Unusable(outcome.errors) }
  }
}
