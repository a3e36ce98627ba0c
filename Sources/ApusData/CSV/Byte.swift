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

/// A word of at most eight ASCII letters, or of other bytes that have no case.
struct AsciiWord {
  static let `true` = AsciiWord("true")
  static let `false` = AsciiWord("false")
  static let one = AsciiWord("1")
  static let zero = AsciiWord("0")
  static let inf = AsciiWord("inf")
  static let infinity = AsciiWord("infinity")
  static let questionMark = AsciiWord("?")
  static let na = AsciiWord("na")
  static let nan = AsciiWord("nan")
  static let null = AsciiWord("null")

  let count: Int

  /// The lower-case bytes, the first of them lowest.
  let bytes: UInt64

  /// The bit that makes a letter lower-case, in each byte that is a letter.
  let caseBits: UInt64

  private init(_ text: String) {
    precondition(text.utf8.count <= 8, "a word has at most 8 bytes, not \(text.utf8.count)")
    count = text.utf8.count
    bytes = text.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    caseBits = text.utf8.reversed().reduce(0) { $0 << 8 | ($1 >= 0x61 ? 0x20 : 0) }
  }
}

extension Span where Element == UInt8 {
  /// Eight bytes from a place on, the first of them lowest; the caller has made sure that they are
  /// there.
  @unsafe
  @inline(__always)
  func word(uncheckedAt place: Int) -> UInt64 {
    assert(place >= 0 && place + 8 <= count, "bytes \(place)..<\(place + 8) of \(count)")
    return UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: place,
        as: UInt64.self
      )
    )
  }

  /// Up to eight bytes, the first of them lowest, with zeros above.
  @inline(__always)
  func word(_ range: Range<Int>) -> UInt64 {
    if range.lowerBound >= 0, range.lowerBound + 8 <= count {
      return unsafe word(uncheckedAt: range.lowerBound) & ~(UInt64.max << UInt64(8 * range.count))
    }
    var word: UInt64 = 0
    for index in range.reversed() { word = word << 8 | UInt64(self[index]) }
    return word
  }

  /// Whether some of the bytes spell a word, in any case.
  @inline(__always)
  func spells(_ word: AsciiWord, in range: Range<Int>) -> Bool {
    range.count == word.count && self.word(range) | word.caseBits == word.bytes
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
