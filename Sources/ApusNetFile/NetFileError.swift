/// A fault in a file that describes a net: where it is, what was expected there and what was found.
///
/// `description` reads like a compiler's message, for example
/// `net.yaml:7:16: expected a whole number from 1 to 65536, found lots`.
public struct NetFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is, stable across versions.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The text is not YAML.
    case malformed
    /// A key is not one of those that are known there.
    case unknownKey
    /// A key that is needed is not there.
    case missingKey
    /// A name means nothing there: of a layer, a part, or a word that an option takes.
    case unknownName
    /// A value is not of its kind, or out of its range.
    case wrongValue
  }

  /// What kind of fault it is.
  public let code: Code
  /// The file.
  public let file: String
  /// The line, counted from 1.
  public let line: Int
  /// The column in characters, counted from 1.
  public let column: Int
  /// What was expected there.
  public let expected: String
  /// What was there instead.
  public let found: String
  /// What to write, where that can be guessed.
  public let suggestion: String?

  /// The whole error on one line.
  public var description: String {
    "\(file):\(line):\(column): expected \(expected), found \(found)"
      + (suggestion.map { "; did you mean \($0)?" } ?? "")
  }
}
