/// A fault in the data: what is wrong, where, and what was expected there.
///
/// Every reading, fitting and encoding step of this module throws this one type. `description`
/// reads like a compiler's message, for example
/// `visits.csv:17: column "Age": expected a number, found "abc"`.
public struct DataError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is, stable across versions.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The file does not exist, may not be read, or failed while it was read.
    case unreadable
    /// What is kept beside the data cannot be written, as on a full disk.
    case unwritable
    /// The input has no bytes at all.
    case emptyFile
    /// The input has a header but no data row.
    case noRows
    /// A row has another number of fields than the first row.
    case raggedRow
    /// A quoted field is not closed, or text follows its closing quote.
    case malformedQuote
    /// A field is longer than `CSVOptions.maximumFieldBytes`.
    case fieldTooLong
    /// A field is not valid UTF-8.
    case invalidUTF8
    /// A field contains a NUL byte.
    case nulByte
    /// Two columns have the same name.
    case duplicateColumn
    /// A column that is needed is not there.
    case missingColumn
    /// The columns of a table do not have the same number of rows.
    case columnLengthMismatch
    /// A value is not of its column's kind.
    case wrongKind
    /// A number is infinite, overflows, or is NaN without being marked as missing.
    case nonFinite
    /// The label column has a missing value.
    case missingLabel
    /// The label column has only one distinct value.
    case singleClassLabel
    /// The label column has a value that was not there when the label was fitted.
    case unknownClass
    /// The label column is of a kind that cannot be predicted.
    case unsuitableLabel
    /// No column is left to compute features from.
    case noFeatures
    /// An option does not fit the data.
    case invalidOption
  }

  /// What kind of fault it is.
  public var code: Code

  /// One sentence for a person.
  public var message: String

  /// The file, when the data came from one.
  public var file: String?

  /// The 1-based line of the file on which the faulty row starts.
  public var line: Int?

  /// The 0-based row of the table, when there is no line to name.
  public var row: Int?

  /// The name of the column.
  public var column: String?

  /// What was due at that place.
  public var expected: String?

  /// What was there instead, shortened.
  public var found: String?

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - code: What kind of fault it is.
  ///   - message: One sentence for a person.
  ///   - file: The file, when the data came from one.
  ///   - line: The 1-based line on which the faulty row starts.
  ///   - row: The 0-based row of the table, when there is no line to name.
  ///   - column: The name of the column.
  ///   - expected: What was due at that place.
  ///   - found: What was there instead.
  public init(
    _ code: Code,
    _ message: String,
    file: String? = nil,
    line: Int? = nil,
    row: Int? = nil,
    column: String? = nil,
    expected: String? = nil,
    found: String? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.line = line
    self.row = row
    self.column = column
    self.expected = expected
    self.found = found.map(Self.shortened)
  }

  /// The whole error on one line: place, message, expected and found.
  public var description: String {
    var place = file ?? ""
    if let line {
      place += place.isEmpty ? "line \(line)" : ":\(line)"
    } else if let row {
      place += place.isEmpty ? "row \(row)" : ": row \(row)"
    }
    var parts = place.isEmpty ? [] : [place]
    if let column { parts.append("column \"\(column)\"") }
    var sentence = message
    if let expected { sentence += "; expected \(expected)" }
    if let found { sentence += ", found \(found)" }
    parts.append(sentence)
    return parts.joined(separator: ": ")
  }

  /// Keeps a message on one short line, whatever the data holds.
  static func shortened(_ text: String) -> String {
    let limit = 80
    let printable = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })
    )
    return printable.count <= limit ? printable : printable.prefix(limit) + "…"
  }
}
