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
///
/// All words are constants that the compiler folds, so that comparing with one is one instruction.
struct AsciiWord {
  @inline(__always) static var `true`: AsciiWord { AsciiWord("t", "r", "u", "e") }
  @inline(__always) static var `false`: AsciiWord { AsciiWord("f", "a", "l", "s", "e") }
  @inline(__always) static var one: AsciiWord { AsciiWord("1") }
  @inline(__always) static var zero: AsciiWord { AsciiWord("0") }
  @inline(__always) static var inf: AsciiWord { AsciiWord("i", "n", "f") }
  @inline(__always) static var infinity: AsciiWord {
    AsciiWord("i", "n", "f", "i", "n", "i", "t", "y")
  }
  @inline(__always) static var questionMark: AsciiWord { AsciiWord("?") }
  @inline(__always) static var na: AsciiWord { AsciiWord("n", "a") }
  @inline(__always) static var nan: AsciiWord { AsciiWord("n", "a", "n") }
  @inline(__always) static var null: AsciiWord { AsciiWord("n", "u", "l", "l") }

  /// The number of bytes.
  let count: Int

  /// The lower-case bytes, the first of them lowest, zeros above.
  let bytes: UInt64

  /// The bit that makes a letter lower-case, in each byte that is a letter.
  let caseBits: UInt64

  @inline(__always)
  private init(
    _ first: Unicode.Scalar,
    _ second: Unicode.Scalar = "\0",
    _ third: Unicode.Scalar = "\0",
    _ fourth: Unicode.Scalar = "\0",
    _ fifth: Unicode.Scalar = "\0",
    _ sixth: Unicode.Scalar = "\0",
    _ seventh: Unicode.Scalar = "\0",
    _ eighth: Unicode.Scalar = "\0"
  ) {
    let low =
      UInt64(first.value) | UInt64(second.value) << 8 | UInt64(third.value) << 16
      | UInt64(fourth.value) << 24
    let high =
      UInt64(fifth.value) | UInt64(sixth.value) << 8 | UInt64(seventh.value) << 16
      | UInt64(eighth.value) << 24
    bytes = low | high << 32
    count = 8 - bytes.leadingZeroBitCount / 8
    // Bit 6 is set in letters, and in none of the other bytes that words are made of.
    caseBits = (bytes & 0x4040_4040_4040_4040) >> 1
  }
}

extension AsciiWord {
  /// Whether a text, zeros above its bytes, is the word in any case.
  @inline(__always)
  func matches(_ text: UInt64, count: Int) -> Bool {
    count == self.count && text | caseBits == bytes
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
    range.count == word.count && word.matches(self.word(range), count: range.count)
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
