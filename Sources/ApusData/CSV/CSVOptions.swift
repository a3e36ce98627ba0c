/// How a CSV file is to be read.
public struct CSVOptions: Hashable, Sendable {
  /// The byte between fields; nil detects comma, semicolon or tab from the first rows.
  public var delimiter: UInt8?

  /// Whether the first row names the columns.
  ///
  /// Without it they are `column1`, `column2` and so on.
  public var hasHeader: Bool

  /// The kinds of some columns, by name; the kinds of all others are inferred.
  public var kinds: [String: ColumnKind]

  /// The number of distinct strings up to which a column of strings is always a category.
  ///
  /// With more, it is text when more than half of its values are distinct.
  public var categoryLimit: Int

  /// The number of bytes that a field may have.
  public var maximumFieldBytes: Int

  /// The number of threads that may read at a time; the table does not depend on it.
  public var threadLimit: Int

  /// The folder in which columns are kept in nameless files as they are read; nil keeps them in
  /// memory.
  ///
  /// The table does not depend on it.
  public var scratchFolder: String?

  /// Creates options.
  ///
  /// - Parameters:
  ///   - delimiter: The byte between fields, or nil to detect it.
  ///   - hasHeader: Whether the first row names the columns.
  ///   - kinds: The kinds of some columns, by name.
  ///   - categoryLimit: The number of distinct strings that always make a category.
  ///   - maximumFieldBytes: The number of bytes that a field may have.
  ///   - threadLimit: The number of threads that may read at a time.
  ///   - scratchFolder: The folder in which columns are kept in files, or nil for memory.
  public init(
    delimiter: UInt8? = nil,
    hasHeader: Bool = true,
    kinds: [String: ColumnKind] = [:],
    categoryLimit: Int = 64,
    maximumFieldBytes: Int = 1 << 20,
    threadLimit: Int = 4,
    scratchFolder: String? = nil
  ) {
    self.delimiter = delimiter
    self.hasHeader = hasHeader
    self.kinds = kinds
    self.categoryLimit = categoryLimit
    self.maximumFieldBytes = maximumFieldBytes
    self.threadLimit = threadLimit
    self.scratchFolder = scratchFolder
  }
}
