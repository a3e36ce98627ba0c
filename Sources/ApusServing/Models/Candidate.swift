internal import ApusModel
internal import ApusWire

/// A version that has just been loaded, and what was found out about it.
struct Candidate: Sendable {
  /// The version, ready to score; its handle is given when it enters the catalog.
  let model: any ServedModel
  /// What scoring takes.
  let cost: ScoringCost
  /// What it made of the last requests.
  let comparison: ShadowComparison?

  /// Why a version that verifies cannot serve.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  /// Why a version that can serve does not replace the stable one by itself.
  struct OtherColumns: Error, CustomStringConvertible {
    let stableVersion: String

    var description: String {
      "it takes other columns than version \(stableVersion), which serves;"
        + " apus admin load and swap make it serve"
    }
  }

  /// Reads, verifies, loads, warms and compares a version; this may take long.
  ///
  /// - Parameters:
  ///   - id: The version.
  ///   - folder: The folder of all models.
  ///   - load: Puts an artifact on its device, where its golden rows are run.
  ///   - stable: The version that answers now, if there is one.
  ///   - sample: The last requests.
  ///   - limit: The greatest difference of a score that is allowed; nil for any.
  /// - Throws: `ArtifactError`, what `load` throws, ``ScoringError``, or ``Refusal``.
  init(
    _ id: VersionID, in folder: String, load: (Artifact) throws -> any ServedModel,
    stable: ModelVersion?, sample: RequestSample, limit: Float?
  ) throws {
    let path = ModelFolder("\(folder)/\(id.name)").path(version: id.number)
    let artifact = try Artifact(at: path)
    guard artifact.manifest.name == id.name, artifact.manifest.version == id.number else {
      throw ArtifactError(
        .invalidName,
        "it was sealed as \(artifact.manifest.name) \(artifact.manifest.version), and its folders"
          + " are named \(id.name) and \(id.number); give them those names",
        path: path)
    }
    let model = try load(artifact)
    guard model.info.name == id.name, model.info.version == String(id.number) else {
      throw Refusal(description: "it was loaded as \(model.info.name) \(model.info.version)")
    }
    try model.verify()
    self.model = model
    cost = try ScoringCost(measuring: model)
    comparison = stable.map {
      ShadowComparison(of: model, with: $0.model, on: sample.requests, limit: limit)
    }
    if let refusal = comparison?.refusal { throw Refusal(description: refusal) }
  }

  /// Verifies that the clients of the version that answers now could go on.
  ///
  /// - Parameter stable: The version that answers now.
  /// - Throws: ``OtherColumns``: such a change takes an order.
  func verifyColumns(as stable: ModelVersion) throws(OtherColumns) {
    guard model.info.schemaHash != stable.info.schemaHash else { return }
    throw OtherColumns(stableVersion: stable.info.version)
  }
}
