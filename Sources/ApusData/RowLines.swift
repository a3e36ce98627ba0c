/// Which line of its file each row began on.
///
/// Nearly always row `n + 1` begins one line below row `n`, so only the exceptions are kept.
struct RowLines: Hashable, Sendable {
  private struct Break: Hashable {
    var row: Int
    var line: Int
  }

  private var breaks: [Break] = []
  private(set) var count = 0
  private var nextLine = 0

  init() {}

  /// Takes what `flattened` gave.
  init(flattened: [Int], count: Int) {
    breaks = stride(from: 0, to: flattened.count - 1, by: 2).map {
      Break(row: flattened[$0], line: flattened[$0 + 1])
    }
    self.count = count
    nextLine = breaks.last.map { $0.line + count - $0.row } ?? 0
  }

  /// The exceptions, as a row and its line each.
  var flattened: [Int] { breaks.flatMap { [$0.row, $0.line] } }

  /// The line on which a row began, 1-based; the row must have been appended.
  subscript(row: Int) -> Int {
    precondition(row < count, "row \(row) of \(count) rows has no line")
    var low = 0
    var high = breaks.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if breaks[middle].row <= row { low = middle } else { high = middle }
    }
    return breaks[low].line + row - breaks[low].row
  }

  mutating func append(_ line: Int) {
    if breaks.isEmpty || line != nextLine {
      breaks.append(Break(row: count, line: line))
    }
    count += 1
    nextLine = line + 1
  }

  /// The lines of some of the rows, in the order given.
  func selecting(_ rows: [Int]) -> RowLines {
    var selected = RowLines()
    for row in rows { selected.append(self[row]) }
    return selected
  }
}
