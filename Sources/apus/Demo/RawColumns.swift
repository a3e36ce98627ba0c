import ApusData
import ApusWire

/// The rows of a table as a request holds them.
struct RawColumns: Sendable {
  private let columns: [Column]

  /// The count of rows.
  let rowCount: Int

  /// Takes the columns of a schema, in its order.
  ///
  /// - Parameters:
  ///   - table: A table that was read for the schema.
  ///   - schema: What the model needs.
  /// - Throws: `DataError` where a column is missing.
  init(_ table: Table, schema: Schema) throws(DataError) {
    var columns: [Column] = []
    for column in schema.columns { columns.append(try table.requiredColumn(named: column.name)) }
    self.columns = columns
    rowCount = table.rowCount
  }

  /// Consecutive rows, ready to be sent.
  subscript(rows: Range<Int>) -> [RawColumn] {
    columns.map { column in
      switch column.kind {
      case .boolean: .booleans(rows.map { row in column.number(at: row).map { $0 != 0 } })
      case .integer, .real, .timestamp: .numbers(rows.map { row in column.number(at: row) })
      case .category, .text: .categories(rows.map { row in column.string(at: row) })
      }
    }
  }
}
