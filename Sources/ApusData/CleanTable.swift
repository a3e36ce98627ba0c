/// A table without exact duplicates: what splits, features and runs begin with.
public struct CleanTable: Hashable, Sendable {
  /// The rows that are left.
  public let table: Table

  /// The exact duplicates that were dropped.
  public let duplicatesDropped: Int

  /// The folder for nameless files of what is as long as the table; nil keeps it in memory.
  public let scratchFolder: String?

  /// Cleans a table that is in memory.
  ///
  /// - Parameter table: Raw columns.
  /// - Complexity: Expected O(rows x columns).
  public init(_ table: Table) {
    (self.table, duplicatesDropped) = table.droppingDuplicates()
    scratchFolder = nil
  }

  init(cleaned table: Table, duplicatesDropped: Int, scratchFolder: String) {
    self.table = table
    self.duplicatesDropped = duplicatesDropped
    self.scratchFolder = scratchFolder
  }
}
