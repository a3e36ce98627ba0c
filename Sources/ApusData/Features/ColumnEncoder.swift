/// The fitted way from one raw column to its features.
///
/// ```
/// features of a column   [ encoding: 1 or more ][ 1 if it was missing ]
///                                                 only with an indicator
/// ```
public struct ColumnEncoder: Codable, Hashable, Sendable {
  /// How a value that is there, or that was filled in, becomes numbers.
  public enum Encoding: Codable, Hashable, Sendable {
    /// One standardised number; for booleans and numbers.
    case scaled(Scaling)

    /// One slot per category and a last one for all others: 1 in its slot, 0 elsewhere.
    case oneHot(categories: [String])

    /// As `oneHot`, for whole numbers that are categories; the values are ascending.
    case oneHotNumbers(values: [Double])

    /// One slot per bucket, chosen by a stable hash of the category; an unknown category has a
    /// bucket like any other.
    case hashed(buckets: Int)

    /// One slot per identifier of a vocabulary, 1 for each that a token of the value has; a
    /// dictionary's slot 0 says that some token is not in it.
    case multiHot(Tokenizer, Vocabulary)

    /// Identifiers of tokens, -1 where there is none.
    case identifiers(IdentifierEncoding)

    /// Five numbers: the standardised seconds, and sine and cosine of the hour of the day and of
    /// the day of the week, in UTC.
    case timestamp(Scaling)
  }

  /// What stands in for a missing value.
  public enum Fill: Codable, Hashable, Sendable {
    /// A number, for a numeric column.
    case number(Double)
    /// A category.
    case category(String)
    /// Nothing: no identifier, no slot.
    case nothing
  }

  /// How a value becomes numbers.
  public let encoding: Encoding

  /// What stands in for a missing value.
  public let fill: Fill

  /// Whether a last feature says that the value was missing.
  public let hasIndicator: Bool

  /// The number of features.
  public var width: Int { encodingWidth + (hasIndicator ? 1 : 0) }

  /// The number of features without the indicator.
  var encodingWidth: Int {
    switch encoding {
    case .scaled: 1
    case .oneHot(let categories): categories.count + 1
    case .oneHotNumbers(let values): values.count + 1
    case .hashed(let buckets): buckets
    case .multiHot(_, let vocabulary): vocabulary.count
    case .identifiers(let encoding): encoding.length
    case .timestamp: 5
    }
  }

  /// Names the features.
  ///
  /// - Parameter column: The name of the raw column.
  /// - Returns: A name for each feature.
  func featureNames(of column: String) -> [String] {
    let names: [String] =
      switch encoding {
      case .scaled: [column]
      case .oneHot(let categories):
        categories.map { "\(column)=\($0)" } + ["\(column)=(other)"]
      case .oneHotNumbers(let values):
        values.map { "\(column)=\(Int(exactly: $0).map(String.init) ?? "\($0)")" }
          + ["\(column)=(other)"]
      case .multiHot(_, .dictionary(let tokens)):
        (["(other)"] + tokens).map { "\(column)=\($0)" }
      case .hashed(let buckets), .multiHot(_, .hashed(let buckets)):
        (0..<buckets).map { "\(column)#\($0)" }
      case .identifiers(let encoding):
        encoding.length == 1 ? [column] : (0..<encoding.length).map { "\(column)[\($0)]" }
      case .timestamp:
        ["", ".hourSine", ".hourCosine", ".weekdaySine", ".weekdayCosine"].map { column + $0 }
      }
    return names + (hasIndicator ? ["\(column)=(missing)"] : [])
  }
}

extension ColumnEncoder: CustomStringConvertible {
  /// The features in a few words, such as `3 slots` or `8 of 1201 identifiers by |`.
  public var description: String {
    let indicator = hasIndicator ? " and an indicator" : ""
    return switch encoding {
    case .scaled: "1 number" + indicator
    case .timestamp: "5 numbers" + indicator
    case .oneHot, .oneHotNumbers: "\(encodingWidth) slots" + indicator
    case .hashed: "\(encodingWidth) hashed slots" + indicator
    case .multiHot(let tokenizer, _): "\(encodingWidth) slots of tokens by \(tokenizer.rawValue)"
    case .identifiers(let encoding):
      "\(encoding.length) of \(encoding.vocabulary.count) identifiers by "
        + encoding.tokenizer.rawValue + (encoding.isOrdered ? ", in order" : "")
    }
  }
}
