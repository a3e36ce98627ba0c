internal import ApusCompute
internal import ApusData

extension Examples {
  /// The rows that are encoded at a time: their features stay in the processor's cache.
  private static let blockRows = 1024

  /// Encodes rows of a table.
  ///
  /// - Parameters:
  ///   - features: the table seen through a transform.
  ///   - rows: the rows, in any order.
  ///   - labels: the target of each row of the table.
  ///   - folder: where the features lie in a nameless file; nil for memory.
  /// - Throws: `DataError` with `unwritable` or `unreadable` for that file.
  /// - Complexity: O(rows x width).
  init(
    encoding features: Features, rows: [Int], labels: [Float], scratchFolder folder: String?
  ) throws(DataError) {
    let targets = rows.map { labels[$0] }
    guard let folder, !rows.isEmpty else {
      let table = RowTable(
        count: rows.count, width: features.width, blockRows: Self.blockRows
      ) { block, output in
        features.write(rows: Array(rows[block]), into: &output)
      }
      self.init(table, targets: targets)
      return
    }
    let scratch = try ScratchFile(in: folder)
    let rowBytes = features.width * MemoryLayout<Float>.stride
    for first in stride(from: 0, to: rows.count, by: Self.blockRows) {
      let block = Array(rows[first..<min(first + Self.blockRows, rows.count)])
      var numbers = [Float](repeating: 0, count: block.count * features.width)
      var output = numbers.mutableSpan
      features.write(rows: block, into: &output)
      try scratch.write(numbers.span, at: first * rowBytes)
    }
    let file = try scratch.mapped(count: rows.count * rowBytes)
    let table = unsafe RowTable(
      file.elements(of: Float.self, at: 0, count: rows.count * features.width),
      width: features.width, ownedBy: file)
    self.init(table, targets: targets)
  }
}
