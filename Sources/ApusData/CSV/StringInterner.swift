/// Gives each distinct byte string a code, in the order of first appearance.
///
/// The strings lie one behind the other in one arena; a table of codes with open addressing finds
/// them again.
struct StringInterner {
  /// Zeros behind the last string, so that eight bytes can be read wherever a string has one.
  private static let padding = [UInt8](repeating: 0, count: 8)

  private var arena = padding
  private var ends: [Int] = [0]
  private var hashes: [UInt32] = []
  /// Codes plus one, 0 where a slot is free; a power of two, at most half full.
  private var slots = [UInt32](repeating: 0, count: 64)

  /// The number of distinct strings.
  var count: Int { hashes.count }

  /// The code of a string, if it is known.
  ///
  /// - Returns: The code, or nil; and the string's hash, which `insert` wants.
  @inline(__always)
  func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (code: UInt32?, hash: UInt64) {
    let hash = Self.hash(bytes, range)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = slots[slot] - 1
      if hashes[Int(code)] == tag, isEqual(bytes, range, code: Int(code)) { return (code, hash) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return (nil, hash)
  }

  /// Adds a string that is not known yet, and returns its code.
  mutating func insert(_ bytes: Span<UInt8>, _ range: Range<Int>, hash: UInt64) -> UInt32 {
    precondition(count < UInt32.max - 1, "a column has at most 2^32 - 2 distinct strings")
    let code = UInt32(count)
    arena.removeLast(Self.padding.count)
    for index in range { arena.append(bytes[index]) }
    ends.append(arena.count)
    arena += Self.padding
    hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
    if count * 2 > slots.count { grow() }
    place(code, hash: hash)
    return code
  }

  /// All strings, in the order of their codes.
  func strings() -> [String] {
    (0..<count).map { String(decoding: arena[ends[$0]..<ends[$0 + 1]], as: UTF8.self) }
  }

  /// A hash of eight bytes at a time.
  ///
  /// The two halves of the product are folded, so that every bit of a word reaches the low bits.
  @inline(__always)
  private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var state = UInt64(range.count) &* 0xBF58_476D_1CE4_E5B9
    var place = range.lowerBound
    while place < range.upperBound {
      let word = bytes.word(place..<min(place + 8, range.upperBound))
      let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      state = product.high ^ product.low
      place += 8
    }
    return state
  }

  @inline(__always)
  private func isEqual(_ bytes: Span<UInt8>, _ range: Range<Int>, code: Int) -> Bool {
    let start = ends[code]
    guard ends[code + 1] - start == range.count else { return false }
    let known = arena.span
    var offset = 0
    while offset < range.count {
      let size = min(8, range.count - offset)
      let (left, right) = (start + offset, range.lowerBound + offset)
      if known.word(left..<left + size) != bytes.word(right..<right + size) { return false }
      offset += 8
    }
    return true
  }

  private mutating func place(_ code: UInt32, hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = code + 1
  }

  private mutating func grow() {
    let codes = slots.filter { $0 != 0 }.map { $0 - 1 }
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for code in codes {
      place(
        code,
        hash: Self.hash(arena.span, ends[Int(code)]..<ends[Int(code) + 1])
      )
    }
  }
}
