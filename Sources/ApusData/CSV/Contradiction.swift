/// The first value of a column that is not of the kind that all values before it were of, so that
/// the column is one of strings.
struct Contradiction: Codable, Hashable, Sendable {
  /// The kind of the values before: `boolean`, `timestamp`, or `real` for numbers of any kind.
  var kind: ColumnKind

  /// How many values were of that kind, missing ones not counted.
  var count: Int

  /// The line of the value's row.
  var line: Int

  /// The value as it is written, shortened.
  var text: String

  /// The values of a kind that make one of another remarkable.
  ///
  /// Fewer may be chance, as where the first of some codes happen to be numbers.
  static let remarkableCount = 20
}

extension Column {
  /// A sentence about the one value that made the column one of strings, where so many before it
  /// were of another kind that it may be a mistake.
  var contradictionNote: String? {
    guard let contradiction, contradiction.count >= Contradiction.remarkableCount else {
      return nil
    }
    let suggested = contradiction.kind
    let values =
      switch suggested {
      case .boolean: "true and false"
      case .timestamp: "times"
      default: "numbers"
      }
    return "\(name): \(values) up to line \(contradiction.line), which has"
      + " \"\(contradiction.text)\"; read as \(kind.rawValue);"
      + " --kinds \(name)=\(suggested.rawValue) allows \(values) only"
  }
}

extension Table {
  /// The error of a column that has to be one of numbers and is not: at the value that made it one
  /// of strings, where there were numbers before it.
  func notNumeric(_ column: Column, _ message: String, expected: String) -> DataError {
    let contradiction = column.contradiction
    return DataError(
      .wrongKind, message, file: file, line: contradiction?.line, column: column.name,
      expected: expected, found: contradiction.map { "\"\($0.text)\"" } ?? column.kind.rawValue)
  }
}
