extension Table {
  /// Chooses rows.
  ///
  /// - Parameter rows: The rows to keep, 0-based; a row may come twice.
  /// - Returns: The same table with those rows, in the order given.
  public func selecting(_ rows: [Int]) -> Table {
    Table(
      unchecked: columns.map { $0.selecting(rows) },
      rowCount: rows.count,
      file: file,
      lines: lines?.selecting(rows)
    )
  }

  /// Leaves columns out.
  ///
  /// - Parameter names: The columns to leave out.
  /// - Returns: The same table without them.
  /// - Throws: `DataError` with `missingColumn` for a name that is not there, or `noFeatures` when
  ///   no column would be left.
  public func removingColumns(_ names: [String]) throws(DataError) -> Table {
    for name in names { _ = try requiredColumn(named: name) }
    return try Table(
      columns: columns.filter { !names.contains($0.name) },
      file: file,
      lines: lines
    )
  }

  private init(unchecked columns: [Column], rowCount: Int, file: String?, lines: RowLines?) {
    self.columns = columns
    self.rowCount = rowCount
    self.file = file
    self.lines = lines
  }
}
