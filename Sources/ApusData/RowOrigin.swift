/// Where rows came from, for messages: a file, or nothing but their own numbers.
struct RowOrigin {
  /// The file, if there is one.
  var file: String?

  /// The line on which each row began, if there is a file.
  var lines: RowLines?

  /// An error about one value, with the place filled in.
  func fault(
    _ code: DataError.Code,
    _ message: String,
    row: Int,
    column: String,
    expected: String? = nil,
    found: String? = nil
  ) -> DataError {
    DataError(
      code,
      message,
      file: file,
      line: lines?[row],
      row: lines == nil ? row : nil,
      column: column,
      expected: expected,
      found: found
    )
  }
}
