/// Rules about the text of one file; each returns what it finds, one line per finding.
enum TextRules {
  static let lineLimit = 500
  static let columnLimit = 100

  /// Words of unfinished or careless work, each in two parts, so that this file passes.
  static let bannedWords = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "try" + "!", "fatal" + "Error("]

  /// Folders that exist on somebody's machine only, in two parts for the same reason.
  static let machineFolders = ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/"]

  static func tooManyLines(in file: SourceTree.File) -> [String] {
    let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
    return count > lineLimit ? ["\(file.path): \(count) lines, more than \(lineLimit)"] : []
  }

  /// Lines that hold an address may be longer: an address cannot be broken.
  static func tooLongLines(in file: SourceTree.File) -> [String] {
    file.lines.compactMap { number, line in
      line.count > columnLimit && !line.contains("://")
        ? "\(file.path):\(number): \(line.count) columns, more than \(columnLimit)" : nil
    }
  }

  static func bannedWords(in file: SourceTree.File) -> [String] {
    file.lines.flatMap { number, line in
      bannedWords.filter { word in contains(line, word: word) }
        .map { word in "\(file.path):\(number): says \(word)" }
    }
  }

  static func machinePaths(in file: SourceTree.File) -> [String] {
    file.lines.flatMap { number, line in
      machineFolders.filter { folder in contains(line, word: folder) }
        .map { folder in "\(file.path):\(number): names the folder \(folder)" }
    }
  }

  /// Whether a line holds a word that is not the tail of a longer word or path.
  private static func contains(_ line: Substring, word: String) -> Bool {
    line.ranges(of: word).contains { range in
      guard range.lowerBound > line.startIndex else { return true }
      let previous = line[line.index(before: range.lowerBound)]
      return !previous.isLetter && !previous.isNumber && !".-_)}~*".contains(previous)
    }
  }
}
