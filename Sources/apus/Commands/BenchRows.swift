internal import ApusBench
internal import ApusWire
internal import ArgumentParser

/// The rows that are sent to a model under measurement.
struct BenchRows: Codable {
  /// Where rows come from.
  enum Source: Codable {
    /// Random features, as the net takes them.
    case randomFeatures
    /// Random values of the model's columns.
    case randomColumns
    /// The rows of a CSV file.
    case table(path: String)
    /// The requests of a captured client.
    case capture(path: String)
  }

  /// The model; nil for the server's only one.
  let model: String?
  /// Where rows come from.
  let source: Source
  /// The rows of each request.
  let rowsPerFrame: Int
  /// How long a reply is of use; 0 for the server's default.
  let budgetMicroseconds: UInt32
  /// Whether each request must get the scores that it got first.
  let areChecked: Bool

  /// Makes the requests.
  ///
  /// - Throws: An error of the generator, or of the file.
  func requests(for model: ModelInfo, seed: UInt64) throws -> RequestSet {
    switch source {
    case .capture(let path): return try .replay(path: path)
    case .randomFeatures:
      return .floatRows(
        model, rowCount: rowsPerFrame, budgetMicroseconds: budgetMicroseconds, seed: seed)
    case .randomColumns:
      return .rawRows(
        model, rowCount: rowsPerFrame, budgetMicroseconds: budgetMicroseconds, seed: seed)
    case .table(let path):
      let columns = try RemoteColumns(ReadingOptions.parse(["--data", path]), model: model)
      guard columns.rowCount >= rowsPerFrame else {
        throw Failure.usage(
          "\(path) has \(columns.rowCount) rows, which do not fill a request of \(rowsPerFrame);"
            + " lower --rows-per-frame")
      }
      let batches = try (0..<columns.rowCount / rowsPerFrame).prefix(4096).map { index in
        try columns.columns(index * rowsPerFrame..<(index + 1) * rowsPerFrame)
      }
      return .rawRows(model, batches, budgetMicroseconds: budgetMicroseconds)
    }
  }
}
