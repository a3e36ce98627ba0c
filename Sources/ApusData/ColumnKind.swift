/// What the values of a column mean.
public enum ColumnKind: String, Codable, Hashable, Sendable, CaseIterable {
  /// True or false, stored as 1 or 0.
  case boolean

  /// Whole numbers of at most 2^53 in size.
  case integer

  /// Numbers.
  case real

  /// Text with few distinct values.
  case category

  /// Text with mostly distinct values, such as identifiers; not used as a feature.
  case text

  /// Points in time, stored as seconds since 1970-01-01T00:00:00Z.
  case timestamp

  /// Whether values of this kind are stored as numbers rather than as strings.
  public var isNumeric: Bool {
    switch self {
    case .boolean, .integer, .real, .timestamp: true
    case .category, .text: false
    }
  }
}
