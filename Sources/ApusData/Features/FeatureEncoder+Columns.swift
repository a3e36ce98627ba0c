extension FeatureEncoder {
  /// The values of one column of a request.
  public struct Values: Sendable {
    /// The values, one per row, or one that all rows share.
    public var storage: Column.Storage

    /// The rows that have no value.
    public var missing: RowMask

    /// Creates values.
    ///
    /// - Parameters:
    ///   - storage: The values, one per row, or one that all rows share.
    ///   - missing: The rows that have no value.
    public init(_ storage: Column.Storage, missing: RowMask = RowMask()) {
      self.storage = storage
      self.missing = missing
    }
  }

  /// Writes the features of rows whose columns are at hand one by one.
  ///
  /// The bits are those that ``features(of:)`` gives the same rows in a table. A column of one
  /// value is encoded once, however many rows share it.
  ///
  /// - Parameters:
  ///   - rowCount: The rows.
  ///   - output: `rowCount x width` numbers, row by row.
  ///   - column: The values of a column of the schema, asked for in ascending order; their kind is
  ///     that of the schema, and their number `rowCount` or 1.
  /// - Throws: `DataError` with `nonFinite` or `wrongKind`, naming the column and the row.
  public func write(
    rowCount: Int,
    into output: inout MutableSpan<Float>,
    column: (Int) -> Values
  ) throws(DataError) {
    precondition(
      output.count == rowCount * width,
      "the output has \(output.count) numbers, not \(rowCount) rows x \(width)")
    for index in output.indices { output[index] = 0 }
    for index in transform.schema.columns.indices {
      let values = column(index)
      let count = values.storage.count
      precondition(
        count == rowCount || count == 1,
        "column \(index) has \(count) values for \(rowCount) rows")
      let bound = try bind(values.storage, missing: values.missing, to: index, from: RowOrigin())
      if count == rowCount {
        bound.write(count: rowCount, stride: width, into: &output) { $0 }
      } else {
        bound.writeShared(count: rowCount, stride: width, into: &output)
      }
    }
  }
}
