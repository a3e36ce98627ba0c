import Testing

/// One way to get the command line wrong, and what must be said about it.
struct BadInput: Sendable, CustomTestStringConvertible {
  /// What is wrong.
  let name: String
  /// Words that the line on standard error must hold.
  let words: [String]
  /// Files and folders, from the workspace's own on, that must not exist afterwards.
  let unwritten: [String]
  /// Prepares the workspace and returns the arguments.
  let arguments: @Sendable (Workspace, TrainedModel) throws -> [String]

  var testDescription: String { name }

  init(
    _ name: String, words: [String], unwritten: [String] = [],
    arguments: @escaping @Sendable (Workspace, TrainedModel) throws -> [String]
  ) {
    self.name = name
    self.words = words
    self.unwritten = unwritten
    self.arguments = arguments
  }

  /// Training on a file of this content.
  static func training(
    on content: String, _ name: String, words: String..., options: [String] = []
  ) -> BadInput {
    training(on: Array(content.utf8), name, words: words, options: options)
  }

  /// Training on a file of these bytes.
  static func training(
    on content: [UInt8], _ name: String, words: [String], options: [String] = []
  ) -> BadInput {
    BadInput(name, words: words, unwritten: ["models"]) { workspace, _ in
      let data = try workspace.write(content, to: "bad.csv")
      return [
        "train", "--data", data, "--label", "bought", "--output", workspace.path("models/bad"),
        "--epochs", "1", "--device", "cpu",
      ] + options
    }
  }

  /// Training on a good file with these options.
  static func training(options: [String], _ name: String, words: String...) -> BadInput {
    training(on: Array(Visits.csv(rows: 50).utf8), name, words: words, options: options)
  }

  /// Training a net whose file says this of its output.
  static func described(_ line: String, _ name: String, words: String...) -> BadInput {
    BadInput(name, words: words, unwritten: ["models"]) { workspace, trained in
      let net = try workspace.write("output: {columns: numeric,\n  \(line)}\n", to: "net.yaml")
      let output = workspace.path("models/bad")
      return TrainedModel.arguments(data: trained.data, output: output, net: ["--net", net])
    }
  }

  /// Scoring a file of this content with the shared model.
  static func scoring(_ content: String, _ name: String, words: String...) -> BadInput {
    BadInput(name, words: words, unwritten: ["scores.csv"]) { workspace, trained in
      let data = try workspace.write(content, to: "bad.csv")
      return score(["--model", trained.model], data, in: workspace)
    }
  }

  /// Scoring a good file with a copy of the shared model that `damage` has changed.
  static func damaged(
    _ name: String, words: String..., damage: @escaping @Sendable (Workspace) throws -> Void
  ) -> BadInput {
    BadInput(name, words: words, unwritten: ["scores.csv"]) { workspace, trained in
      _ = try workspace.copy(trained.models, to: "models")
      try damage(workspace)
      return score(["--model", workspace.path("models/visits")], trained.data, in: workspace)
    }
  }

  /// The arguments of `apus score`.
  static func score(_ source: [String], _ data: String, in workspace: Workspace) -> [String] {
    let device = source.contains("--connect") ? [] : ["--device", "cpu"]
    return ["score", "--data", data, "--output", workspace.path("scores.csv")] + source + device
  }
}
