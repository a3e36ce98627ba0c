internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusReport
internal import ArgumentParser
internal import Foundation

/// `apus report`: the page of a model, as training made it or on other data.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw the report of a model: one HTML page that needs nothing else.",
    discussion: """
      Examples:
        apus report models/visits
        apus report models/visits --data last-week.csv --output last-week.html

      Without --data the page shows what apus train kept beside the model; with it, how the model
      does on the rows of that file, which holds the label.
      """)

  @Argument(help: "The model's folder, or the folder of one version.")
  var model: String

  @Option(help: "A CSV file with the label, to judge the model by.")
  var data: String?

  @OptionGroup var device: DeviceOptions

  @Option(help: "The page to write. [default: report.html beside the model]")
  var output: String?

  func run() throws {
    let folder = try ModelFolder.artifactPath(model)
    let report =
      try data.map { try self.report(on: $0, folder: folder) }
      ?? RunFiles.report(in: folder)
    let page = output ?? "\(folder)/\(RunReport.pageFile)"
    try OutputFile.write(Data(try report.html().utf8), to: page)
    Terminal.print(page)
  }

  /// The report on all rows of a file; the course of training is that of the model's own report,
  /// where it has one.
  private func report(on data: String, folder: String) throws -> RunReport {
    let artifact = try Artifact(at: folder)
    let table = try Table(
      csv: data, schema: artifact.manifest.transform.schema, includingLabel: true)
    let own = try? RunFiles.report(in: folder)
    var report = try device.withBackend { backend in
      try RunReport(
        of: artifact, on: backend, table: table, training: [],
        heldOut: Array(0..<table.rowCount), part: URL(filePath: data).lastPathComponent,
        result: nil, notes: artifact.manifest.transform.notes,
        command: own?.command ?? CommandLine.arguments)
    }
    report.course = own?.course
    return report
  }
}
