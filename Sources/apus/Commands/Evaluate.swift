internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusTraining
internal import ArgumentParser

/// `apus evaluate`: the metrics of a model on a file that has the label.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print how good a model is on a CSV file with the label.",
    discussion: """
      Example:
        apus evaluate --model models/visits --data visits.csv
      """)

  @Option(help: "The model's folder, or the folder of one version.")
  var model: String

  @OptionGroup var reading: ReadingOptions
  @OptionGroup var device: DeviceOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    let model: String
    let version: Int
    let device: String
    let metrics: MetricsReport
  }

  func run() throws {
    let artifact = try Artifact(at: model)
    let schema = artifact.manifest.transform.schema
    let table = try Table(
      csv: reading.data, schema: schema, includingLabel: true, options: reading.options)
    let labels = try schema.label.values(in: table)
    let (scores, device) = try device.withBackend { backend in
      (try Scorer(artifact, backend: backend).scores(of: table), backend.device)
    }
    let metrics = MetricsReport(
      Metrics(
        predictions: scores, targets: labels, loss: artifact.manifest.loss,
        threshold: artifact.manifest.decision?.threshold ?? 0.5))
    if json {
      try Terminal.print(
        json: Report(
          model: artifact.manifest.name, version: artifact.manifest.version,
          device: device.selector, metrics: metrics))
    } else {
      Terminal.print(
        "\(artifact.manifest.name) \(artifact.manifest.version) on \(device.selector): "
          + metrics.description)
    }
  }
}
