/// How a column of text is to become features, where this is declared and not found out.
///
/// As text, a form is `[hashed-]LAYOUT[:TOKENS]`, where tokens are a separator or `words`:
/// `identifier`, `multi-hot:|`, `hashed-bag:words`, `sequence:space`.
public struct ColumnForm: RawRepresentable, Hashable, Sendable {
  /// How a row's identifiers are laid out.
  public enum Layout: String, Hashable, Sendable, CaseIterable {
    /// One identifier: the value as a whole.
    case identifier

    /// One slot per identifier: 1 where one of the row's tokens has it.
    case multiHot = "multi-hot"

    /// The identifiers of the first tokens, whose order means nothing; -1 fills the end.
    case bag

    /// The identifiers of tokens in order; -1 fills the end.
    ///
    /// Of more tokens than there is room for, the first words of a text are kept, and the last
    /// (newest) of tokens between separators.
    case sequence
  }

  /// How a row's identifiers are laid out.
  public let layout: Layout

  /// Whether identifiers are hashed; otherwise they are learned, and hashed only where a dictionary
  /// would be too long.
  public let isHashed: Bool

  /// How a value falls into tokens; nil to find the separator.
  public let tokenizer: Tokenizer?

  /// Declares a form.
  ///
  /// - Parameters:
  ///   - layout: How a row's identifiers are laid out.
  ///   - isHashed: Whether identifiers are hashed.
  ///   - tokenizer: How a value falls into tokens, nil to find the separator; an identifier is
  ///     that of the whole value.
  public init(_ layout: Layout, isHashed: Bool = false, tokenizer: Tokenizer? = nil) {
    precondition(
      layout != .identifier || tokenizer == nil,
      "an identifier is that of a whole value, not of tokens by \(tokenizer?.rawValue ?? "")")
    self.layout = layout
    self.isHashed = isHashed
    self.tokenizer = layout == .identifier ? .whole : tokenizer
  }

  private static let hashedPrefix = "hashed-"

  /// Reads a form.
  ///
  /// - Parameter rawValue: The form as text.
  public init?(rawValue: String) {
    let isHashed = rawValue.hasPrefix(Self.hashedPrefix)
    let text = rawValue.dropFirst(isHashed ? Self.hashedPrefix.count : 0)
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let layout = Layout(rawValue: String(parts[0])) else { return nil }
    var tokenizer: Tokenizer?
    if parts.count == 2 {
      tokenizer = Tokenizer(rawValue: String(parts[1]))
      guard layout != .identifier, let tokenizer, tokenizer != .whole else { return nil }
    }
    self.init(layout, isHashed: isHashed, tokenizer: tokenizer)
  }

  /// The form as text.
  public var rawValue: String {
    let tokens = layout == .identifier ? nil : tokenizer
    return (isHashed ? Self.hashedPrefix : "") + layout.rawValue
      + (tokens.map { ":" + $0.rawValue } ?? "")
  }

  /// The kind that a file's column is read as, unless it is given another.
  public var kind: ColumnKind { layout == .identifier ? .category : .text }
}
