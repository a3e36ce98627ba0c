internal import ApusModel
internal import ApusReport
internal import ArgumentParser
internal import Foundation

/// `apus compare`: runs side by side.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lay runs side by side: a table here, and a page with their pictures.",
    discussion: """
      Example:
        apus compare models/visits/1 models/visits/2 --output compare.html
      """)

  @Argument(help: "The folders of versions, or of models for their newest version.")
  var runs: [String]

  @Option(help: "The page to write.")
  var output: String?

  @Flag(help: "Print one JSON object: the reports of all runs.")
  var json = false

  func run() throws {
    let comparison = Comparison(
      try runs.map { try RunFiles.report(in: try ModelFolder.artifactPath($0)) })
    if let output { try OutputFile.write(Data(try comparison.html().utf8), to: output) }
    if json { return try Terminal.print(json: comparison) }
    Terminal.print(table(comparison))
    if let output { Terminal.print("\n\(output)") }
  }

  /// A line for each metric, the best value marked.
  private func table(_ comparison: Comparison) -> String {
    let rows = comparison.rows.map { row in
      [row.name]
        + row.values.enumerated().map { index, value in
          (value.map { Format.fixed($0, decimals: 4) } ?? "–")
            + (index == row.best ? " *" : "  ")
        }
    }
    let heads = [""] + comparison.names.map { "\($0)  " }
    let lines = [heads] + rows
    let widths = heads.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      line.enumerated().map { column, text in
        column == 0
          ? text.aligned(left: widths[0]) : text.aligned(right: widths[column] + 2)
      }.joined()
    }.joined(separator: "\n") + "\n(* is the best)"
  }
}
