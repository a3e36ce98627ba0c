extension Table {
  /// Reads a CSV file.
  ///
  /// Delimiter (comma, semicolon, tab) and column kinds are found out unless `options` give them; a
  /// byte order mark is skipped; rows may end with LF, CRLF or CR; empty lines are skipped.
  /// Nothing,
  /// `NA`, `NaN`, `null` and `?`, in any case, are missing values. Whole numbers above 2^53 are
  /// taken as text, for they would lose digits as numbers; an infinite number is an error in any
  /// column of numbers.
  ///
  /// The file is read in blocks from front to back, so memory holds the table and one block. A
  /// column whose first values suggest a kind that later ones contradict is read again, as strings,
  /// in a second pass over those columns.
  ///
  /// - Parameters:
  ///   - path: The file; a pipe is read into memory first.
  ///   - options: How to read it.
  /// - Throws: `DataError`, naming file, line and column.
  public init(csv path: String, options: CSVOptions = CSVOptions()) throws(DataError) {
    self = try CSVReader.read(try ByteSource.opening(path), options: options)
  }

  /// Reads CSV text that is in memory, as `init(csv:options:)` reads a file.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 text.
  ///   - options: How to read it.
  /// - Throws: `DataError`, naming line and column.
  public init(csv bytes: [UInt8], options: CSVOptions = CSVOptions()) throws(DataError) {
    try self.init(csv: bytes, options: options, blockBytes: CSVReader.blockBytes)
  }

  /// Reads CSV text in blocks of a given size; the table does not depend on it.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 text.
  ///   - options: How to read it.
  ///   - blockBytes: How many bytes to look at at a time, at least 1.
  /// - Throws: `DataError`, naming line and column.
  package init(csv bytes: [UInt8], options: CSVOptions, blockBytes: Int) throws(DataError) {
    self = try CSVReader.read(ByteSource(bytes: bytes), options: options, blockBytes: blockBytes)
  }

  /// Reads a CSV file for a model: the columns that its schema names, with the schema's kinds.
  ///
  /// Other columns are not even parsed. A value that is not of its column's kind is an error that
  /// names file, line and column. Without a header the columns are `column1`, `column2` and so on,
  /// as they were when the model was trained.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - schema: What the model needs.
  ///   - includingLabel: Whether to read the label column too, which evaluation needs.
  ///   - options: How to read it; its `kinds` are replaced by the schema's.
  /// - Throws: `DataError`, naming file, line and column.
  public init(
    csv path: String,
    schema: Schema,
    includingLabel: Bool = false,
    options: CSVOptions = CSVOptions()
  ) throws(DataError) {
    var kinds: [String: ColumnKind] = [:]
    for column in schema.columns { kinds[column.name] = column.kind }
    if includingLabel { kinds[schema.label.name] = schema.label.kind }
    try self.init(csv: path, columns: kinds, options: options)
  }

  /// Reads some columns of a CSV file, with kinds that are known.
  ///
  /// Other columns are not even parsed. A value that is not of its column's kind is an error that
  /// names file, line and column.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - columns: The kinds of the columns to read, by name.
  ///   - options: How to read it; its `kinds` are replaced by those of `columns`.
  /// - Throws: `DataError`, naming file, line and column.
  public init(
    csv path: String,
    columns: [String: ColumnKind],
    options: CSVOptions = CSVOptions()
  ) throws(DataError) {
    var options = options
    options.kinds = columns
    self = try CSVReader.read(
      try ByteSource.opening(path),
      options: options,
      wanted: columns.keys.sorted()
    )
  }
}
