internal import ApusClient
internal import ApusData
internal import ApusWire

/// The columns of a file that a served model takes, ready to be sent.
struct RemoteColumns: Sendable {
  private let table: Table
  private let names: [String]

  /// Reads the model's columns of a file, exactly as they are read to be scored here.
  ///
  /// - Throws: `DataError` naming file, line and column.
  init(_ reading: ReadingOptions, model: ModelInfo) throws(DataError) {
    var kinds: [String: ColumnKind] = [:]
    for column in model.columns { kinds[column.name] = ColumnKind(column.valueKind) }
    self.table = try Table(csv: reading.data, columns: kinds, options: reading.options)
    self.names = model.columns.map(\.name)
  }

  /// The count of rows.
  var rowCount: Int { table.rowCount }

  /// Scores all rows; the scores of a row that the server could not score are not-a-number.
  func score(by client: Client, model: ModelInfo, batchSize: Int) async throws -> [Float] {
    try await client.score(model: model, rowCount: table.rowCount, batchSize: batchSize) {
      try columns($0)
    }
  }

  /// Some rows, as a request holds them.
  ///
  /// - Throws: `DataError` where a column is missing.
  func columns(_ rows: Range<Int>) throws(DataError) -> [RawColumn] {
    var columns: [RawColumn] = []
    for name in names {
      columns.append(RawColumn(try table.requiredColumn(named: name), rows: rows))
    }
    return columns
  }
}

extension ColumnKind {
  /// The kind that a server tells.
  fileprivate init(_ kind: ModelInfo.Column.ValueKind) {
    self =
      switch kind {
      case .boolean: .boolean
      case .integer: .integer
      case .real: .real
      case .category: .category
      case .text: .text
      case .timestamp: .timestamp
      }
  }
}

extension RawColumn {
  /// Some rows of a table's column, as they are sent.
  init(_ column: Column, rows: Range<Int>) {
    let missing = rows.map { column.missing.contains($0) }
    switch column.storage {
    case .numbers(let numbers):
      let values = zip(rows, missing).map { $1 ? 0 : numbers[$0] }
      self.init(
        values: column.kind == .boolean ? .booleans(values.map { $0 != 0 }) : .numbers(values),
        missing: missing)
    case .strings:
      self = .categories(rows.map { column.string(at: $0) })
    }
  }
}
