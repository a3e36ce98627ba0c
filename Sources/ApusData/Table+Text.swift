extension Table {
  /// The table as CSV text, with a header; it reads back to the same values, given the kinds.
  ///
  /// Missing values are empty fields, and times ISO 8601 in UTC. A string that reads as a missing
  /// value, such as `NA`, reads back as one.
  public var csv: String {
    var text = columns.map { CSVField.quoted($0.name) }.joined(separator: ",") + "\n"
    for row in 0..<rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { text += "," }
        text += column.field(at: row)
      }
      text += "\n"
    }
    return text
  }
}

extension Column {
  /// The value in a row as a field of a CSV file.
  fileprivate func field(at row: Int) -> String {
    guard let number = number(at: row) else { return string(at: row).map(CSVField.quoted) ?? "" }
    return switch kind {
    case .boolean: number == 0 ? "false" : "true"
    case .timestamp: Timestamp.text(number)
    default: Int(exactly: number).map(String.init) ?? "\(number)"
    }
  }
}
