/// Reads a number of at most sixteen bytes all at once, without a branch that depends on its text.
///
/// ```
/// text, last byte on top    _ _ _ _ _ _ - 7 7 9 . 5 0 5 1 6     _ = bytes before the field
/// sign and others to zeros  0 0 0 0 0 0 0 7 7 9 . 5 0 5 1 6
/// point closed              0 0 0 0 0 0 0 0 7 7 9 5 0 5 1 6     and 5 digits after the point
/// ```
///
/// The digits are then added in pairs, fours and eights within two words.
struct ShortDecimal {
  /// The digits as a number below 10^16.
  let significand: UInt64

  /// How many of the digits stand after the point.
  let fractionDigits: Int

  /// Whether there is a point.
  let hasPoint: Bool

  /// Whether there is a minus sign.
  let isNegative: Bool

  /// Reads `[-] digits [. digits]`, where either side of the point may be empty.
  ///
  /// The result is nil when the range is anything else, longer than sixteen bytes, or too close to
  /// the front of the text.
  ///
  /// - Parameters:
  ///   - bytes: Text.
  ///   - range: Where the number is; it must fill the range.
  @inline(__always)
  init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    let end = range.upperBound
    guard end >= 16, end <= bytes.count, !range.isEmpty else { return nil }
    isNegative = bytes[range.lowerBound] == Byte.minus
    let count = range.count - (isNegative ? 1 : 0)
    guard count <= 16 else { return nil }

    let low = unsafe bytes.word(uncheckedAt: end - 16)
    let high = unsafe bytes.word(uncheckedAt: end - 8)
    let zeros = Self.repeated(Byte.zero)
    let inside = UInt128.max << UInt128(8 * (16 - count))
    let text = (UInt128(high) << 64 | UInt128(low)) & inside | zeros & ~inside

    // The lowest mark is exact: borrows run upwards only.
    let difference = text ^ Self.repeated(Byte.point)
    let marks = (difference &- Self.repeated(0x01)) & ~difference & Self.repeated(0x80)
    hasPoint = marks != 0
    // Points come and go from field to field, so that a branch on them would often go wrong.
    let isFound = UInt128(truncatingIfNeeded: hasPoint ? -1 : 0)
    let throughPoint = (marks ^ (marks &- 1)) & isFound
    guard count > (hasPoint ? 1 : 0) else { return nil }
    // No point leaves 16 bytes above it, which are no fraction digits.
    fractionDigits = (16 - Self.byteCount(throughPoint)) & 15
    let digits = text & ~throughPoint | (text << 8 | UInt128(Byte.zero)) & throughPoint

    let first = UInt64(truncatingIfNeeded: digits)
    let second = UInt64(truncatingIfNeeded: digits >> 64)
    guard Self.areDigits(first), Self.areDigits(second) else { return nil }
    significand = Self.number(first) &* 100_000_000 &+ Self.number(second)
  }

  /// Reads one to eight digits.
  ///
  /// - Returns: Nil when the range is anything else, or too close to the end of the text.
  @inline(__always)
  static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard
      (1...8).contains(range.count), range.lowerBound >= 0, range.lowerBound + 8 <= bytes.count
    else { return nil }
    let shift = UInt64(64 - 8 * range.count)
    var word = unsafe bytes.word(uncheckedAt: range.lowerBound) &<< shift
    word |= ~(UInt64.max &<< shift) & 0x3030_3030_3030_3030
    return areDigits(word) ? number(word) : nil
  }

  /// The whole number as a double, exactly; nil from 2^52 on.
  ///
  /// Below it, the bits of 2^52 with those of the number in them are their sum. Unlike the
  /// instruction that converts, this does not wait for what was in its register before.
  @inline(__always)
  var exactSignificand: Double? {
    significand < 1 << 52 ? Double(bitPattern: 0x433 << 52 | significand) - 0x1p52 : nil
  }

  /// The number of bytes of a mask that begins at the lowest bit.
  @inline(__always)
  private static func byteCount(_ mask: UInt128) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let low = ((UInt64(truncatingIfNeeded: mask) & ones) &* ones) >> 56
    let high = ((UInt64(truncatingIfNeeded: mask >> 64) & ones) &* ones) >> 56
    return Int(truncatingIfNeeded: low &+ high)
  }

  @inline(__always)
  private static func repeated(_ byte: UInt8) -> UInt128 {
    let word = UInt128(0x0101_0101_0101_0101 &* UInt64(byte))
    return word << 64 | word
  }

  /// Whether all eight bytes are digits: their high halves are 3, and stay so when 6 is added.
  @inline(__always)
  private static func areDigits(_ word: UInt64) -> Bool {
    let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    let three: UInt64 = 0x3030_3030_3030_3030
    let tooSmall = (word & high) ^ three
    let tooLarge = ((word &+ 0x0606_0606_0606_0606) & high) ^ three
    return tooSmall | tooLarge == 0
  }

  /// The number that eight digits are, the first of them in the lowest byte.
  @inline(__always)
  private static func number(_ digits: UInt64) -> UInt64 {
    let ones = digits & 0x0F0F_0F0F_0F0F_0F0F
    let pairs = (ones &* (10 << 8 + 1)) >> 8 & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* (100 << 16 + 1)) >> 16 & 0x0000_FFFF_0000_FFFF
    return (fours &* (10_000 << 32 + 1)) >> 32
  }
}
