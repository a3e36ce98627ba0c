import ApusWire

/// The tokens of a file: who may do what, and how to tell.
///
/// ```
/// # identifier   scopes        SHA-256 of the token
/// shop           score         5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
/// operator       score,admin   03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4
/// ```
struct TokenTable: Sendable, Equatable {
  /// One line of the file.
  struct Entry: Sendable, Equatable {
    let scopes: Scopes
    /// The SHA-256 of the token.
    let digest: [UInt8]
  }

  /// The entries by their identifiers.
  private(set) var entries: [String: Entry] = [:]

  /// The most bytes of an identifier.
  static let identifierLength = 64

  /// Reads the text of a file.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - path: The file, for errors.
  /// - Throws: The first mistake, with its line and column.
  init(parsing text: String, path: String) throws(SecurityError) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      try parse(line.prefix { $0 != "#" }, at: Place(path: path, line: index + 1))
    }
  }

  private struct Place {
    let path: String
    let line: Int

    func error(column: Int, expected: String, found: String) -> SecurityError {
      SecurityError(
        .malformed, "\(path):\(line):\(column): expected \(expected), found \(found)")
    }
  }

  private mutating func parse(_ line: Substring, at place: Place) throws(SecurityError) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard let identifier = words.first else { return }
    func column(_ word: Substring) -> Int {
      line.distance(from: line.startIndex, to: word.startIndex) + 1
    }
    guard words.count == 3 else {
      // Found words are not repeated: one of them may be a token that was pasted by mistake.
      throw place.error(
        column: words.count > 3 ? column(words[3]) : line.count + 1,
        expected: "identifier, scopes and SHA-256", found: "\(words.count) words")
    }
    guard Self.isIdentifier(identifier) else {
      throw place.error(
        column: column(identifier),
        expected: "an identifier of up to \(Self.identifierLength) letters, digits, _ . -",
        found: "\(identifier.utf8.count) bytes with others")
    }
    guard let scopes = Scopes(names: words[1]) else {
      throw place.error(
        column: column(words[1]),
        expected: "scopes of \(Scopes.allNames.joined(separator: ", ")) with commas between",
        found: "'\(words[1].prefix(40))'")
    }
    guard let digest = Self.digest(words[2]) else {
      throw place.error(
        column: column(words[2]), expected: "64 hexadecimal digits",
        found: "\(words[2].count) characters")
    }
    guard
      entries.updateValue(Entry(scopes: scopes, digest: digest), forKey: String(identifier))
        == nil
    else {
      throw place.error(
        column: column(identifier), expected: "an identifier once", found: "'\(identifier)' again")
    }
  }

  /// Whether a word can be an identifier.
  static func isIdentifier(_ word: some StringProtocol) -> Bool {
    1...identifierLength ~= word.utf8.count
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private static func digest(_ word: Substring) -> [UInt8]? {
    guard word.utf8.count == 64 else { return nil }
    let digits = word.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 64 else { return nil }
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
