/// How a text falls into tokens.
///
/// As text, and in an artifact, a tokenizer is `words` or the separator itself; `space`, `comma`,
/// `semicolon` and `tab` are read as the characters that they name.
public enum Tokenizer: RawRepresentable, Codable, Hashable, Sendable {
  /// The whole text is one token.
  case whole

  /// Tokens stand between separators; spaces around them and empty ones do not count.
  ///
  /// `"a| b||c"` by `|` is `a`, `b`, `c`.
  case separated(by: Character)

  /// Words in lower case: the longest runs of letters, marks and digits of any script, with single
  /// apostrophes inside them; each ideograph is a word of its own.
  ///
  /// `"Don't buy 2 Äpfel!"` is `don't`, `buy`, `2`, `äpfel`.
  case words

  private static let names: [String: Character] = [
    "space": " ", "comma": ",", "semicolon": ";", "tab": "\t",
  ]

  /// The separators that ``detected(in:)`` knows, the likeliest first.
  static let candidates: [Character] = ["|", ";", ",", "\t", " "]

  /// Reads a tokenizer.
  ///
  /// - Parameter rawValue: The tokenizer as text.
  public init?(rawValue: String) {
    switch rawValue {
    case "whole": self = .whole
    case "words": self = .words
    default:
      guard let separator = Self.names[rawValue] ?? (rawValue.count == 1 ? rawValue.first : nil)
      else { return nil }
      self = .separated(by: separator)
    }
  }

  /// The tokenizer as text.
  public var rawValue: String {
    switch self {
    case .whole: "whole"
    case .words: "words"
    case .separated(let separator):
      Self.names.first { $0.value == separator }?.key ?? String(separator)
    }
  }

  /// The separator that most of the texts hold; of several, the first of the candidates.
  ///
  /// - Parameter texts: Values of a column.
  /// - Returns: A separator, `|` where no text holds any.
  static func detected(in texts: some Sequence<String>) -> Tokenizer {
    var counts = [Int](repeating: 0, count: candidates.count)
    for text in texts {
      for (index, candidate) in candidates.enumerated() where text.contains(candidate) {
        counts[index] += 1
      }
    }
    let most = counts.max() ?? 0
    return .separated(by: candidates[counts.firstIndex(of: most) ?? 0])
  }

  /// Takes a text apart.
  ///
  /// - Parameter text: Any text.
  /// - Returns: Its tokens, in order; a token may come twice.
  /// - Complexity: O(length of the text).
  public func tokens(of text: String) -> [String] {
    switch self {
    case .whole: [text]
    case .separated(let separator):
      text.split(separator: separator).compactMap { part in
        let token = part.trimmingSpaces
        return token.isEmpty ? nil : String(token)
      }
    case .words: Self.words(of: text)
    }
  }

  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var hasApostrophe = false
    func finish() {
      if !word.isEmpty { words.append(String(word)) }
      word.removeAll()
      hasApostrophe = false
    }
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.isIdeographic {
        finish()
        words.append(String(scalar))
      } else if scalar.isPartOfWord {
        if hasApostrophe { word.append("'") }
        hasApostrophe = false
        word.append(scalar)
      } else if scalar == "'" || scalar == "\u{2019}", !word.isEmpty, !hasApostrophe {
        hasApostrophe = true
      } else {
        finish()
      }
    }
    finish()
    return words
  }
}

extension Unicode.Scalar {
  fileprivate var isPartOfWord: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}

extension Substring {
  /// The same text without spaces at either end.
  fileprivate var trimmingSpaces: Substring {
    let start = drop { $0 == " " }
    return start.lastIndex { $0 != " " }.map { start[...$0] } ?? start
  }
}
