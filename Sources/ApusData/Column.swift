/// One named column of a table: values of one kind, some of them perhaps missing.
public struct Column: Hashable, Sendable {
  /// How the values are held.
  public enum Storage: Hashable, Sendable {
    /// One number per row; booleans are 0 and 1, timestamps are seconds since 1970. What stands in
    /// a missing row is not read.
    case numbers(ColumnValues<Double>)

    /// One index per row into a dictionary of distinct strings. What stands in a missing row is not
    /// read.
    case strings(dictionary: [String], codes: ColumnValues<UInt32>)

    /// The number of values.
    public var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .strings(_, let codes): codes.count
      }
    }
  }

  /// The name, unique in its table.
  public let name: String

  /// What the values mean.
  public let kind: ColumnKind

  /// The values.
  public let storage: Storage

  /// The rows that have no value.
  public let missing: RowMask

  /// The value that made the column one of strings, where those before it were of another kind.
  let contradiction: Contradiction?

  /// Creates a column of numbers.
  ///
  /// - Parameters:
  ///   - name: The name, unique in its table.
  ///   - kind: A numeric kind.
  ///   - numbers: One number per row; any number where it is missing.
  ///   - missing: The rows that have no value.
  public init(name: String, kind: ColumnKind, numbers: [Double], missing: RowMask = RowMask()) {
    self.init(name: name, kind: kind, storage: .numbers(ColumnValues(numbers)), missing: missing)
  }

  /// Creates a column of values that are held already.
  ///
  /// - Parameters:
  ///   - name: The name, unique in its table.
  ///   - kind: A kind that suits the values.
  ///   - storage: The values.
  ///   - missing: The rows that have no value.
  ///   - contradiction: The value that made the column one of strings, if one did.
  init(
    name: String, kind: ColumnKind, storage: Storage, missing: RowMask,
    contradiction: Contradiction? = nil
  ) {
    switch storage {
    case .numbers:
      precondition(kind.isNumeric, "numbers need a numeric kind, not \(kind.rawValue)")
    case .strings:
      precondition(!kind.isNumeric, "strings need a kind of text, not \(kind.rawValue)")
    }
    self.name = name
    self.kind = kind
    self.storage = storage
    self.missing = missing
    self.contradiction = contradiction
  }

  /// Creates a column of strings that are already indexed.
  ///
  /// - Parameters:
  ///   - name: The name, unique in its table.
  ///   - kind: `category` or `text`.
  ///   - dictionary: The distinct strings.
  ///   - codes: One index into the dictionary per row; any index where the value is missing.
  ///   - missing: The rows that have no value.
  public init(
    name: String,
    kind: ColumnKind,
    dictionary: [String],
    codes: [UInt32],
    missing: RowMask = RowMask()
  ) {
    self.init(
      name: name, kind: kind,
      storage: .strings(dictionary: dictionary, codes: ColumnValues(codes)), missing: missing)
  }

  /// Creates a column of strings.
  ///
  /// - Parameters:
  ///   - name: The name, unique in its table.
  ///   - kind: `category` or `text`.
  ///   - strings: One string per row, nil where it is missing.
  public init(name: String, kind: ColumnKind, strings: [String?]) {
    var dictionary: [String] = []
    // By bytes: strings that only look alike are different categories here as in a file.
    var known: [[UInt8]: UInt32] = [:]
    var missing = RowMask()
    var codes: [UInt32] = []
    codes.reserveCapacity(strings.count)
    for (row, string) in strings.enumerated() {
      guard let string else {
        missing.insert(row)
        codes.append(Self.missingCode)
        continue
      }
      let bytes = Array(string.utf8)
      if let code = known[bytes] {
        codes.append(code)
      } else {
        codes.append(UInt32(dictionary.count))
        known[bytes] = UInt32(dictionary.count)
        dictionary.append(string)
      }
    }
    self.init(name: name, kind: kind, dictionary: dictionary, codes: codes, missing: missing)
  }

  /// What a missing row of a column of strings holds when this module wrote it.
  static let missingCode = UInt32.max

  /// The number of rows.
  public var count: Int { storage.count }

  /// The number in a row.
  ///
  /// - Parameter row: A row, 0-based.
  /// - Returns: Nil where it is missing or the column holds strings.
  public func number(at row: Int) -> Double? {
    guard case .numbers(let numbers) = storage, !missing.contains(row) else { return nil }
    return numbers[row]
  }

  /// The string in a row.
  ///
  /// - Parameter row: A row, 0-based.
  /// - Returns: Nil where it is missing or the column holds numbers.
  public func string(at row: Int) -> String? {
    guard case .strings(let dictionary, let codes) = storage, !missing.contains(row) else {
      return nil
    }
    return dictionary[Int(codes[row])]
  }

  /// Chooses rows.
  ///
  /// - Parameter rows: The rows to keep, 0-based; a row may come twice.
  /// - Returns: The same column with those rows, in the order given.
  public func selecting(_ rows: [Int]) -> Column {
    let kept =
      missing.isEmpty
      ? missing : RowMask(rows.indices.lazy.filter { missing.contains(rows[$0]) })
    switch storage {
    case .numbers(let numbers):
      return Column(name: name, kind: kind, numbers: rows.map { numbers[$0] }, missing: kept)
    case .strings(let dictionary, let codes):
      return Column(
        name: name,
        kind: kind,
        storage: .strings(
          dictionary: dictionary, codes: ColumnValues(rows.map { codes[$0] })),
        missing: kept,
        contradiction: contradiction
      )
    }
  }
}
