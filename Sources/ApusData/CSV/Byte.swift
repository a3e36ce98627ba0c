/// The ASCII bytes that mean something in a CSV file.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let comma = UInt8(ascii: ",")
  static let semicolon = UInt8(ascii: ";")
  static let plus = UInt8(ascii: "+")
  static let minus = UInt8(ascii: "-")
  static let point = UInt8(ascii: ".")
  static let colon = UInt8(ascii: ":")
  static let zero = UInt8(ascii: "0")

  /// The byte as an ASCII lower-case letter, other bytes unchanged.
  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }
}

extension Span where Element == UInt8 {
  /// Whether some of the bytes spell an ASCII word, in any case.
  func spells(_ lowercaseWord: StaticString, in range: Range<Int>) -> Bool {
    guard range.count == lowercaseWord.utf8CodeUnitCount else { return false }
    return lowercaseWord.withUTF8Buffer { word in
      for offset in 0..<range.count
      where unsafe Byte.lowercased(self[range.lowerBound + offset]) != word[offset] {
        return false
      }
      return true
    }
  }

  /// The range without the ASCII spaces at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, self[start] == Byte.space || self[start] == Byte.tab { start += 1 }
    while start < end, self[end - 1] == Byte.space || self[end - 1] == Byte.tab { end -= 1 }
    return start..<end
  }

  /// The bytes as text, with replacement characters where they are not UTF-8.
  func text(_ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for index in range { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes of a quoted field, doubled quotes made single.
  func unescaped(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var cursor = range.lowerBound
    while cursor < range.upperBound {
      result.append(self[cursor])
      cursor += self[cursor] == Byte.quote ? 2 : 1
    }
    return result
  }
}
