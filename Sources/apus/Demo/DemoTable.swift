/// The result of the demo: figures, each beside what it is to be held against.
struct DemoTable: Equatable {
  /// One line.
  struct Row: Equatable {
    /// What was measured.
    let figure: String
    /// The value with its unit.
    let value: String
    /// What it is to be held against, or what it means.
    let beside: String
  }

  /// The lines, from the top.
  private(set) var rows: [Row] = []

  /// Adds a line.
  ///
  /// - Parameters:
  ///   - figure: What was measured.
  ///   - value: The value with its unit.
  ///   - beside: What it is to be held against, or what it means.
  mutating func add(_ figure: String, _ value: String, _ beside: String = "") {
    rows.append(Row(figure: figure, value: value, beside: beside))
  }

  /// The lines with their columns aligned.
  var text: String {
    let figureWidth = rows.map(\.figure.count).max() ?? 0
    let valueWidth = rows.map(\.value.count).max() ?? 0
    return rows.map { row in
      let figure = row.figure + String(repeating: " ", count: figureWidth - row.figure.count)
      let value = String(repeating: " ", count: valueWidth - row.value.count) + row.value
      return "  \(figure)  \(value)" + (row.beside.isEmpty ? "" : "   \(row.beside)")
    }
    .joined(separator: "\n")
  }
}
