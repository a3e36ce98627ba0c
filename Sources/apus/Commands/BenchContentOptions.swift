internal import ApusBench
internal import ApusWire
internal import ArgumentParser

/// What is sent to a server under measurement.
struct BenchContentOptions: ParsableArguments {
  @Option(help: "The rows of each request.")
  var rowsPerFrame = 1

  @Option(help: "How long a reply is of use; 0 asks for the server's default.")
  var budgetMicroseconds: UInt32 = 0

  @Flag(help: "Hold each request to the very bits of the scores that it got first.")
  var check = false

  /// The requests for a model.
  func requests(for model: ModelInfo) throws -> RequestSet {
    .floatRows(
      model, rowCount: rowsPerFrame, budgetMicroseconds: budgetMicroseconds, seed: 1)
  }

  func validate() throws {
    if rowsPerFrame < 1 { throw ValidationError("--rows-per-frame is at least 1") }
  }
}
