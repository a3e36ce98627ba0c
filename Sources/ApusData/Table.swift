/// Named columns of equal length: what a CSV file, or a request over the wire, holds.
///
/// A table is an immutable value; cleaning it returns a new one that shares what did not change.
public struct Table: Hashable, Sendable {
  /// The columns, in the order of the file.
  public let columns: [Column]

  /// The number of rows.
  public let rowCount: Int

  /// The file that the rows came from, for messages.
  let file: String?

  /// The line on which each row began, when the rows came from a file.
  let lines: RowLines?

  /// Creates a table of columns that are already typed.
  ///
  /// - Parameter columns: At least one column; names are unique and lengths equal.
  /// - Throws: `DataError` with `noFeatures`, `duplicateColumn` or `columnLengthMismatch`.
  public init(columns: [Column]) throws(DataError) {
    try self.init(columns: columns, file: nil, lines: nil)
  }

  init(columns: [Column], file: String?, lines: RowLines?) throws(DataError) {
    guard let first = columns.first else {
      throw DataError(.noFeatures, "a table needs at least one column", file: file)
    }
    var names: Set<String> = []
    for (index, column) in columns.enumerated() {
      // Comparing a few names, as in a request, takes less time than hashing them.
      let isRepeated =
        columns.count <= Self.comparedColumns
        ? columns[..<index].contains { $0.name == column.name }
        : !names.insert(column.name).inserted
      guard !isRepeated else {
        throw DataError(
          .duplicateColumn,
          "the column name occurs twice",
          file: file,
          column: column.name
        )
      }
      guard column.count == first.count else {
        throw DataError(
          .columnLengthMismatch,
          "the columns differ in length",
          file: file,
          column: column.name,
          expected: "\(first.count) rows",
          found: "\(column.count)"
        )
      }
    }
    self.columns = columns
    self.rowCount = first.count
    self.file = file
    self.lines = lines
  }

  /// The number of columns up to which their names are compared one by one.
  private static let comparedColumns = 24

  /// The columns' names, in order.
  public var columnNames: [String] { columns.map(\.name) }

  /// Finds a column by name.
  ///
  /// - Parameter name: The exact name.
  /// - Returns: The column, or nil if there is none of that name.
  public func column(named name: String) -> Column? { columns.first { $0.name == name } }

  /// Finds a column that must be there.
  ///
  /// - Parameter name: The exact name.
  /// - Returns: The column.
  /// - Throws: `DataError` with `missingColumn`, whose message lists the columns that are there.
  public func requiredColumn(named name: String) throws(DataError) -> Column {
    guard let column = column(named: name) else {
      throw DataError(
        .missingColumn,
        "there is no column \"\(name)\"; the columns are \(columnNames.joined(separator: ", "))",
        file: file
      )
    }
    return column
  }

  /// An error about one value, with the place filled in.
  func fault(
    _ code: DataError.Code,
    _ message: String,
    row: Int,
    column: String,
    expected: String? = nil,
    found: String? = nil
  ) -> DataError {
    origin.fault(code, message, row: row, column: column, expected: expected, found: found)
  }

  /// Where the rows came from.
  var origin: RowOrigin { RowOrigin(file: file, lines: lines) }
}
