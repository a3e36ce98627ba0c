/// What stands in for a missing value of a column; chosen, and fitted, on the training rows.
///
/// As text, and in an artifact, a rule is `median`, `mostFrequent`, `nothing`, or `constant:` and
/// the constant.
public enum MissingRule: RawRepresentable, Codable, Hashable, Sendable {
  /// The median of the training values; for numbers and timestamps.
  case median

  /// The most frequent training value, the smallest of several.
  case mostFrequent

  /// A constant, as it would be written in a CSV file.
  case constant(String)

  /// Nothing: no identifier (-1) and no slot; for identifiers and tokens.
  case nothing

  private static let constantPrefix = "constant:"

  /// Reads a rule.
  ///
  /// - Parameter rawValue: The rule as text.
  public init?(rawValue: String) {
    switch rawValue {
    case "median": self = .median
    case "mostFrequent": self = .mostFrequent
    case "nothing": self = .nothing
    default:
      guard rawValue.hasPrefix(Self.constantPrefix) else { return nil }
      self = .constant(String(rawValue.dropFirst(Self.constantPrefix.count)))
    }
  }

  /// The rule as text.
  public var rawValue: String {
    switch self {
    case .median: "median"
    case .mostFrequent: "mostFrequent"
    case .nothing: "nothing"
    case .constant(let constant): Self.constantPrefix + constant
    }
  }
}
