internal import ArgumentParser

/// What is sent to a server under measurement.
struct BenchContentOptions: ParsableArguments {
  @Option(help: "The model; needed if the server has several.")
  var model: String?

  @Option(help: "The rows of each request.")
  var rowsPerFrame = 1

  @Flag(help: "Send raw columns of random values, which the server transforms, not features.")
  var raw = false

  @Option(help: "Send the raw columns of this CSV file.")
  var rows: String?

  @Option(help: "Send the requests of a captured client: what it sent on one connection.")
  var replay: String?

  @Option(help: "How long a reply is of use; 0 asks for the server's default.")
  var budgetMicroseconds: UInt32 = 0

  @Flag(help: "Hold each request to the very bits of the scores that it got first.")
  var check = false

  /// The rows that the options describe.
  var described: BenchRows {
    let source: BenchRows.Source =
      if let replay { .capture(path: replay) } else if let rows { .table(path: rows) } else {
        raw ? .randomColumns : .randomFeatures
      }
    return BenchRows(
      model: model, source: source, rowsPerFrame: rowsPerFrame,
      budgetMicroseconds: budgetMicroseconds, areChecked: check)
  }

  func validate() throws {
    if rowsPerFrame < 1 { throw ValidationError("--rows-per-frame is at least 1") }
    if [raw, rows != nil, replay != nil].count(where: { $0 }) > 1 {
      throw ValidationError("give one of --raw, --rows and --replay")
    }
  }
}
