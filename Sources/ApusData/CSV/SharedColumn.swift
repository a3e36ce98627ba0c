import Synchronization

/// A column under construction that any thread may append a block to, one at a time.
final class SharedColumn: Sendable {
  private struct State {
    var builder: ColumnBuilder
    var failure: DataError?
  }

  private let state: Mutex<State>

  init(_ builder: ColumnBuilder) {
    state = Mutex(State(builder: builder))
  }

  /// What the first block that could not be appended failed with.
  var failure: DataError? { state.withLock { $0.failure } }

  /// Whether the column has to be read again as strings.
  var isContradicted: Bool { state.withLock { $0.builder.isContradicted } }

  /// Makes room for a number of rows in all.
  func reserve(_ rows: Int) {
    state.withLock { $0.builder.reserve(rows) }
  }

  /// Appends the column's values of all rows of a block, or remembers why that failed.
  func append(_ block: CSVBlock) {
    state.withLock { state in
      do throws(DataError) {
        try state.builder.append(block)
      } catch {
        state.failure = error
      }
    }
  }

  /// Starts again, empty, with a column of strings.
  func restartAsStrings() {
    state.withLock { $0.builder = $0.builder.asStrings() }
  }

  /// Ends the column.
  ///
  /// - Parameter categoryLimit: The number of distinct strings that always make a category.
  /// - Returns: Everything appended so far.
  /// - Throws: `DataError` for the column's file, where it has one.
  func finish(categoryLimit: Int) throws(DataError) -> Column {
    try state.withLock { state throws(DataError) in
      try state.builder.finish(categoryLimit: categoryLimit)
    }
  }
}
