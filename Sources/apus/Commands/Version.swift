internal import ApusModel
internal import ArgumentParser

/// `apus version`: this program and the formats that it speaks.
struct Version: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the version of this program and of its formats.",
    discussion: """
      Example:
        apus version --json
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    let version: String
    let artifactFormat: Int
    let protocolVersion: Int
  }

  func run() throws {
    let report = Report(
      version: Apus.version, artifactFormat: Manifest.currentFormatVersion, protocolVersion: 1)
    if json {
      try Terminal.print(json: report)
    } else {
      Terminal.print(
        "apus \(report.version), artifact format \(report.artifactFormat), protocol"
          + " \(report.protocolVersion)")
    }
  }
}
