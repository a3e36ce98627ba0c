/// The values of one raw column for all rows of a request.
///
/// Raw means: as in the user's table, before any transform. A missing value is marked in `missing`;
/// what stands in its place in `values` is zero, false or code 0.
///
/// ```swift
/// RawColumn.numbers([41, nil, -0.5])
/// RawColumn.booleans([true, false, true])
/// RawColumn.categories(["März", "Feb", nil])
/// ```
public struct RawColumn: Equatable, Sendable {
  /// The kind of a column's values.
  public enum Kind: UInt8, Sendable {
    /// 64-bit floating-point numbers.
    case number = 1
    /// True or false.
    case boolean = 2
    /// Texts, each standing for a category.
    case category = 3
  }

  /// The values, one per row.
  public enum Values: Equatable, Sendable {
    /// Finite numbers.
    case numbers([Double])
    /// True or false.
    case booleans([Bool])
    /// For each row the index of its text in the column's own dictionary.
    case categories(dictionary: [String], codes: [UInt32])
  }

  /// The values, one per row.
  public let values: Values

  /// Whether each row is missing; empty where none is.
  public let missing: [Bool]

  /// Creates a column.
  ///
  /// - Parameters:
  ///   - values: The values, one per row.
  ///   - missing: Whether each row is missing; empty where none is.
  public init(values: Values, missing: [Bool] = []) {
    self.values = values
    self.missing = missing.contains(true) ? missing : []
    precondition(
      missing.isEmpty || missing.count == rowCount,
      "\(missing.count) marks of missing values for \(rowCount) rows"
    )
  }

  /// The rows.
  public var rowCount: Int {
    switch values {
    case .numbers(let numbers): numbers.count
    case .booleans(let booleans): booleans.count
    case .categories(_, let codes): codes.count
    }
  }

  /// The kind of the values.
  public var kind: Kind {
    switch values {
    case .numbers: .number
    case .booleans: .boolean
    case .categories: .category
    }
  }

  /// Whether the value of `row` is missing.
  public func isMissing(_ row: Int) -> Bool { !missing.isEmpty && missing[row] }
}

extension RawColumn {
  /// Creates a column of numbers, where `nil` is a missing one.
  public static func numbers(_ values: [Double?]) -> RawColumn {
    RawColumn(values: .numbers(values.map { $0 ?? 0 }), missing: values.map { $0 == nil })
  }

  /// Creates a column of booleans, where `nil` is a missing one.
  public static func booleans(_ values: [Bool?]) -> RawColumn {
    RawColumn(values: .booleans(values.map { $0 ?? false }), missing: values.map { $0 == nil })
  }

  /// Creates a column of categories, where `nil` is a missing one.
  ///
  /// Texts are the same if their bytes are: a row's text does not depend on the other rows, whose
  /// text may look the same in another normal form.
  ///
  /// - Complexity: O(*n*) hashes; each distinct text is sent once.
  public static func categories(_ values: [String?]) -> RawColumn {
    var dictionary: [String] = []
    var codeOfText: [ExactText: UInt32] = [:]
    let codes = values.map { text -> UInt32 in
      guard let text else { return 0 }
      let exact = ExactText(text)
      if let code = codeOfText[exact] { return code }
      let code = UInt32(dictionary.count)
      codeOfText[exact] = code
      dictionary.append(text)
      return code
    }
    return RawColumn(
      values: .categories(dictionary: dictionary, codes: codes),
      missing: values.map { $0 == nil }
    )
  }
}

/// A text that is equal to another if their UTF-8 bytes are, unlike `String`.
private struct ExactText: Hashable {
  private let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
  }
}
