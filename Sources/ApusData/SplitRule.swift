/// How rows are divided into those for training, for validation and for the test.
///
/// As text, a rule is `random`, `group:COLUMN` or `time:COLUMN`.
public enum SplitRule: RawRepresentable, Codable, Hashable, Sendable {
  /// At random, each class in its proportion.
  case random

  /// At random, rows with the same value in a column together: no user is on both sides.
  case group(column: String)

  /// By a column of times or numbers: the oldest rows train, the newest test.
  case time(column: String)

  /// Reads a rule.
  ///
  /// - Parameter rawValue: The rule as text.
  public init?(rawValue: String) {
    let parts = rawValue.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count == 2 ? String(parts[1]) : nil) {
    case ("random", nil): self = .random
    case ("group", let column?) where !column.isEmpty: self = .group(column: column)
    case ("time", let column?) where !column.isEmpty: self = .time(column: column)
    default: return nil
    }
  }

  /// The rule as text.
  public var rawValue: String {
    switch self {
    case .random: "random"
    case .group(let column): "group:" + column
    case .time(let column): "time:" + column
    }
  }
}

extension Split {
  /// Divides the rows of a table.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - rule: How rows are divided.
  ///   - labels: One label per row.
  ///   - stratified: Whether a random split keeps the proportion of each label.
  ///   - testFraction: The share of all rows for the test, 0 or more.
  ///   - validationFraction: The share of all rows for validation, 0 or more.
  ///   - seed: Chooses the split, where it is random.
  /// - Throws: `DataError` with `missingColumn` for a column that is not there, `wrongKind` for
  ///   times that are no numbers or missing, or `invalidOption` when the fractions leave a part
  ///   that was asked for without a row.
  public init(
    of table: Table,
    by rule: SplitRule,
    labels: [Float],
    stratified: Bool,
    testFraction: Double,
    validationFraction: Double,
    seed: UInt64
  ) throws(DataError) {
    precondition(
      labels.count == table.rowCount, "\(labels.count) labels for \(table.rowCount) rows")
    switch rule {
    case .random:
      try self.init(
        labels: labels, stratified: stratified, testFraction: testFraction,
        validationFraction: validationFraction, seed: seed)
    case .group(let column):
      try self.init(
        groups: Self.groups(table, column), testFraction: testFraction,
        validationFraction: validationFraction, seed: seed)
    case .time(let column):
      try self.init(
        times: Self.times(table, column), testFraction: testFraction,
        validationFraction: validationFraction)
    }
  }

  /// The rows of each value of a column, in the order of first appearance; a row without a value is
  /// a group of its own.
  static func groups(_ table: Table, _ name: String) throws(DataError) -> [[Int]] {
    let column = try table.requiredColumn(named: name)
    var groups: [[Int]] = []
    func collect<Keys: Sequence>(_ keys: Keys) where Keys.Element: Hashable {
      var known: [Keys.Element: Int] = [:]
      for (row, key) in keys.enumerated() {
        if column.missing.contains(row) {
          groups.append([row])
        } else if let group = known[key] {
          groups[group].append(row)
        } else {
          known[key] = groups.count
          groups.append([row])
        }
      }
    }
    switch column.storage {
    case .numbers(let numbers): collect(numbers)
    case .strings(_, let codes): collect(codes)
    }
    return groups
  }

  /// The time of each row.
  static func times(_ table: Table, _ name: String) throws(DataError) -> [Double] {
    let column = try table.requiredColumn(named: name)
    guard case .numbers(let times) = column.storage else {
      throw table.notNumeric(
        column, "a split by time needs a column of times or numbers",
        expected: "timestamp, integer or real")
    }
    let missing = times.indices.first { column.missing.contains($0) || !times[$0].isFinite }
    if let missing {
      throw table.fault(
        .wrongKind, "a split by time needs a time in each row", row: missing, column: name)
    }
    return Array(times)
  }
}
