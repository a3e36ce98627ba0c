internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ArgumentParser

/// `apus inspect`: what an artifact is.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a sealed model: its columns, its net, its metrics, where it came from.",
    discussion: """
      Examples:
        apus inspect models/visits
        apus inspect --cost models/visits
      """)

  @Argument(help: "The model's folder, or the folder of one version.")
  var model: String

  @Flag(help: "Measure what a run costs on each device instead, by the rows of the batch.")
  var cost = false

  @Flag(help: "Print one JSON object: the manifest and the net's lines, or with --cost the costs.")
  var json = false

  func run() throws {
    let artifact = try Artifact(at: model)
    let manifest = artifact.manifest
    if cost {
      let report = try CostReport(of: manifest.graph, named: manifest.name)
      return json ? try Terminal.print(json: report) : Terminal.print(report.description)
    }
    let net = NetDrawing(manifest)
    guard !json else {
      return try Terminal.print(json: Inspection(manifest: manifest, net: net.table))
    }
    let training = manifest.training
    var lines = [
      "\(manifest.name) version \(manifest.version), format \(manifest.formatVersion),"
        + " written by \(manifest.writer)",
      "seal \(manifest.seal)", "",
      "trained on \(training.rows) rows (\(training.duplicatesDropped) duplicates dropped), split"
        + " \(training.split.map(String.init).joined(separator: " / ")), seed \(training.seed)",
      "  \(training.epochsRun) epochs of batch size \(training.batchSize), \(training.optimizer)",
      "  on \(training.device)", "  data \(training.dataFingerprint)", "",
    ]
    for (part, values) in manifest.metrics.sorted(by: { $0.key < $1.key }) {
      let text = values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("\(part): \(text.joined(separator: ", "))")
    }
    if let report = manifest.scoringPrecision { lines += ["", "scores in \(report)"] }
    if let calibration = manifest.calibration { lines += ["", "\(calibration)"] }
    if let decision = manifest.decision { lines += ["", "\(decision)"] }
    lines += ["", "columns (schema \(String(manifest.transform.schema.hash, radix: 16))):"]
    lines += zip(manifest.transform.schema.columns, manifest.transform.encoders).map {
      "  \($0.name): \($0.kind.rawValue), \($1), missing: \($0.missingRule.rawValue)"
    }
    lines += manifest.transform.notes.map { "  \($0)" }
    lines += ["", net.description]
    Terminal.print(lines.joined(separator: "\n"))
  }
}

/// The manifest as one JSON object, with the net as it is drawn beside its graph.
private struct Inspection: Encodable {
  let manifest: Manifest
  let net: LayerTable

  private enum CodingKeys: CodingKey { case net }

  func encode(to encoder: any Encoder) throws {
    try manifest.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(net, forKey: .net)
  }
}
