internal import Foundation
internal import Glibc

/// Where words go: results to standard output, everything else to standard error.
enum Terminal {
  /// Prints a line of results.
  static func print(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  /// Prints a value as one JSON object on one line.
  static func print(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Prints a line for people to standard error.
  static func report(_ line: String) { write(line + "\n") }

  /// Writes to standard error as it is, for a line that is drawn again and again.
  static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Whether standard error is a terminal, where a line can be drawn over.
  static let isInteractive = isatty(STDERR_FILENO) == 1
}
