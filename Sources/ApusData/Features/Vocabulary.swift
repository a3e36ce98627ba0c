/// The identifiers of a column's tokens: whole numbers from 0.
///
/// | vocabulary | identifier of a token | of an unknown token |
/// |---|---|---|
/// | dictionary of n | 1 for the first, n for the last | 0 |
/// | n buckets | a stable hash of the token, modulo n | a bucket like any other |
public enum Vocabulary: Codable, Hashable, Sendable {
  /// The greatest number of identifiers: whole numbers up to it are exact in a 32-bit float.
  public static let limit = 1 << 24

  /// Tokens that are known, the most frequent first.
  case dictionary([String])

  /// Buckets into which any token falls.
  case hashed(buckets: Int)

  /// The number of identifiers.
  public var count: Int {
    switch self {
    case .dictionary(let tokens): tokens.count + 1
    case .hashed(let buckets): buckets
    }
  }

  /// Finds out why tokens cannot have these identifiers.
  ///
  /// - Returns: A sentence about the first fault, or nil.
  var fault: String? {
    guard 1...Self.limit ~= count else { return "\(count) identifiers are not 1 to \(Self.limit)" }
    if case .dictionary(let tokens) = self, Set(tokens).count != tokens.count {
      return "a token occurs twice"
    }
    return nil
  }
}

/// Takes texts apart and finds the identifiers of their tokens.
struct TokenLookup: Sendable {
  private let tokenizer: Tokenizer
  private let vocabulary: Vocabulary
  private let identifiers: [String: Int]

  init(_ tokenizer: Tokenizer, _ vocabulary: Vocabulary) {
    self.tokenizer = tokenizer
    self.vocabulary = vocabulary
    identifiers =
      switch vocabulary {
      case .dictionary(let tokens):
        Dictionary(zip(tokens, 1...), uniquingKeysWith: { first, _ in first })
      case .hashed: [:]
      }
  }

  /// The identifiers of a text's tokens, in order.
  func identifiers(of text: String) -> [Int] {
    tokenizer.tokens(of: text).map { token in
      switch vocabulary {
      case .dictionary: identifiers[token] ?? 0
      case .hashed(let buckets): Int(StableHash.hash(token) % UInt64(buckets))
      }
    }
  }
}
