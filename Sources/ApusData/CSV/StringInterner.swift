/// Gives each distinct byte string a code, in the order of first appearance.
///
/// The strings lie one behind the other in one arena; a table of codes with open addressing finds
/// them again.
struct StringInterner {
  private var arena: [UInt8] = []
  private var ends: [Int] = [0]
  private var hashes: [UInt32] = []
  /// Codes plus one, 0 where a slot is free; a power of two, at most half full.
  private var slots = [UInt32](repeating: 0, count: 64)

  /// The number of distinct strings.
  var count: Int { hashes.count }

  /// The code of a string, if it is known.
  ///
  /// - Returns: The code, or nil; and the string's hash, which `insert` wants.
  func find(_ bytes: Span<UInt8>) -> (code: UInt32?, hash: UInt64) {
    let hash = StableHash.hash(bytes)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = slots[slot] - 1
      if hashes[Int(code)] == tag, isEqual(bytes, code: Int(code)) { return (code, hash) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return (nil, hash)
  }

  /// Adds a string that is not known yet, and returns its code.
  mutating func insert(_ bytes: Span<UInt8>, hash: UInt64) -> UInt32 {
    precondition(count < UInt32.max - 1, "a column has at most 2^32 - 2 distinct strings")
    let code = UInt32(count)
    for index in bytes.indices { arena.append(bytes[index]) }
    ends.append(arena.count)
    hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
    if count * 2 > slots.count { grow() }
    place(code, hash: hash)
    return code
  }

  /// All strings, in the order of their codes.
  func strings() -> [String] {
    (0..<count).map { String(decoding: arena[ends[$0]..<ends[$0 + 1]], as: UTF8.self) }
  }

  private func isEqual(_ bytes: Span<UInt8>, code: Int) -> Bool {
    let start = ends[code]
    guard ends[code + 1] - start == bytes.count else { return false }
    for index in bytes.indices where arena[start + index] != bytes[index] { return false }
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
        hash: StableHash.hash(arena.span.extracting(ends[Int(code)]..<ends[Int(code) + 1]))
      )
    }
  }
}
