/// How a text is written as one field of a CSV file.
public enum CSVField {
  /// Writes a text as a field that reads back to the same text.
  ///
  /// - Parameter text: Any text.
  /// - Returns: The text; in quotes, with its own quotes doubled, where it holds a comma, a quote
  ///   or a line break (RFC 4180).
  public static func quoted(_ text: String) -> String {
    let special = [Byte.comma, Byte.quote, Byte.lineFeed, Byte.carriageReturn]
    guard text.utf8.contains(where: special.contains) else { return text }
    var field = "\""
    // Scalars, for a quote with an accent on it is another character.
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field.unicodeScalars.append(scalar) }
      field.unicodeScalars.append(scalar)
    }
    return field + "\""
  }
}
