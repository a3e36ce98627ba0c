/// A fitted way from text to identifiers, which a net looks up in a table and never scales.
///
/// ```
/// "b|a|zebra", 5 columns      2  1  0 -1 -1
///                             |     |  '--- no token
///                             |     '------ a token that is not in the dictionary
///                             '------------ the second most frequent token
/// ```
public struct IdentifierEncoding: Codable, Hashable, Sendable {
  /// The greatest number of columns.
  public static let lengthLimit = 1 << 16

  /// How a value falls into tokens.
  public let tokenizer: Tokenizer

  /// The identifiers of tokens.
  public let vocabulary: Vocabulary

  /// The number of columns.
  public let length: Int

  /// Whether the order of identifiers means something.
  public let isOrdered: Bool

  /// Whether the last tokens are kept where there are more than columns, and not the first.
  public let keepsLast: Bool

  /// Lays identifiers out.
  ///
  /// - Parameter identifiers: Those of all tokens of a value.
  /// - Returns: `length` whole numbers, -1 behind the last identifier.
  func row(of identifiers: [Int]) -> [Float] {
    let kept = keepsLast ? identifiers.suffix(length) : identifiers.prefix(length)
    return kept.map(Float.init) + repeatElement(Self.none, count: length - kept.count)
  }

  /// What stands where there is no token.
  static let none: Float = -1

  /// Finds out why this cannot encode a column.
  ///
  /// - Returns: A sentence about the first fault, or nil.
  var fault: String? {
    guard 1...Self.lengthLimit ~= length else {
      return "\(length) identifiers in a row are not 1 to \(Self.lengthLimit)"
    }
    return vocabulary.fault
  }
}
