/// Complete rows of a CSV input: their bytes, and where their fields are.
///
/// ```
/// bytes    |======== rows ========|-- unused --|
/// fields   row 0: fieldsPerRow fields, row 1: ...
/// lines    row 0, row 1, ...
/// ```
///
/// A block is filled again and again, so that its memory is mapped once.
struct CSVBlock {
  /// The file that the rows are from, nil for bytes in memory.
  let file: String?

  /// The text that the fields lie in, and unused room behind it.
  var bytes: [UInt8]

  /// The number of bytes that the rows have.
  var byteCount = 0

  /// Where the block begins, in bytes from the front of the input.
  var offset = 0

  /// The fields, row by row, and unused room behind them.
  var fields: [CSVTokenizer.Field] = []

  /// The line on which each row began, 1-based.
  var lines: [Int] = []

  /// The number of fields of each row.
  var fieldsPerRow = 0

  /// Makes an empty block with room for a number of bytes.
  init(file: String?, capacityBytes: Int) {
    self.file = file
    precondition(capacityBytes > 0, "a block has room for bytes, not for \(capacityBytes)")
    bytes = [UInt8](repeating: 0, count: capacityBytes)
  }

  /// The number of rows.
  var rowCount: Int { lines.count }

  /// Makes the block at least so long.
  mutating func makeRoom(for count: Int) {
    guard bytes.count < count else { return }
    bytes += [UInt8](repeating: 0, count: count - bytes.count)
  }
}
