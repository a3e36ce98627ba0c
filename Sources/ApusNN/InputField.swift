/// What a run of a row's feature columns means to a net.
///
/// A row of features is one line of floats; identifiers are whole numbers among them.
///
/// ```
/// | 0.3 -1.2 | 17 | 4 9 2 -1 -1 |      columns 0..<2 numeric, 2..<3 identifiers,
///                                       3..<8 a sequence of three
/// ```
public struct InputField: Hashable, Sendable, Codable {
  /// How the columns are read.
  public enum Kind: Hashable, Sendable, Codable {
    /// Each column is a number.
    case numeric
    /// Each column is an identifier in `0..<vocabulary`, in no order; -1 stands for none.
    case identifiers(vocabulary: Int)
    /// The columns are identifiers in `0..<vocabulary`, oldest first; -1 fills the end.
    case sequence(vocabulary: Int)
  }

  /// The greatest vocabulary: whole numbers up to 2^24 are exact in a float.
  public static let maximumVocabulary = 1 << 24

  /// The field's name, that of the raw column that it was made from.
  public let name: String
  /// The feature columns, counted from 0.
  public let columns: Range<Int>
  /// How the columns are read.
  public let kind: Kind

  /// Describes columns.
  ///
  /// - Precondition: the vocabulary, where there is one, is in 1...2^24.
  public init(name: String, columns: Range<Int>, kind: Kind) {
    switch kind {
    case .numeric: break
    case .identifiers(let vocabulary), .sequence(let vocabulary):
      precondition(
        1...Self.maximumVocabulary ~= vocabulary,
        "a vocabulary of \(vocabulary), not in 1...\(Self.maximumVocabulary)")
    }
    self.name = name
    self.columns = columns
    self.kind = kind
  }
}
