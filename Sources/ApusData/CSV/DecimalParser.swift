/// Reads decimal numbers, correctly rounded.
///
/// The result always has the bits that C's `strtod` gives. Three ways lead there:
/// 1. A significand of at most 2^53 times an exact power of ten up to 10^22 needs one correctly
/// rounded
///    multiplication or division (Clinger, "How to read floating point numbers accurately", 1990).
/// 2. At most 19 digits over a power of ten that fits 64 bits is an integer division of 128 by 64
/// bits,
///    whose remainder tells how to round.
/// 3. Everything else, which is rare, goes to the standard library.
enum DecimalParser {
  /// A number that was read.
  struct Decimal {
    /// The value; infinite when the text overflows.
    var value: Double

    /// Whether the text has neither a decimal point nor an exponent, and every step up to the value
    /// is exact (at most 2^53).
    var isInteger: Bool

    /// Whether the text has neither a decimal point nor an exponent, but is above 2^53.
    var isWideInteger: Bool
  }

  /// 10^0 to 10^22, all exact.
  private static let exactPowers: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// 10^0 to 10^19.
  private static let integerPowers: [UInt64] = (0...19).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// Reads `[+-] digits [. digits] [e [+-] digits]`, where either side of the point may be empty.
  ///
  /// - Parameters:
  ///   - bytes: Text.
  ///   - range: Where the number is; it must fill the range.
  /// - Returns: Nil when the range is anything else than such a number.
  @inline(__always)
  static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Decimal? {
    guard
      let short = ShortDecimal(bytes, range), let significand = short.exactSignificand
    else { return parseLong(bytes, range) }
    let magnitude = significand / exactPowers[short.fractionDigits]
    let sign: UInt64 = short.isNegative ? 1 << 63 : 0
    return Decimal(
      value: Double(bitPattern: magnitude.bitPattern | sign),
      isInteger: !short.hasPoint,
      isWideInteger: false
    )
  }

  /// Reads digit by digit what is too long, or too unusual, to be read at once.
  @inline(never)
  private static func parseLong(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Decimal? {
    let end = range.upperBound
    var cursor = range.lowerBound
    guard cursor < end else { return nil }
    let isNegative = bytes[cursor] == Byte.minus
    if isNegative || bytes[cursor] == Byte.plus { cursor += 1 }

    var significand: UInt64 = 0
    let integerStart = cursor
    while cursor < end {
      let digit = bytes[cursor] &- Byte.zero
      if digit > 9 { break }
      significand = significand &* 10 &+ UInt64(digit)
      cursor += 1
    }
    var digits = cursor - integerStart
    if cursor == end, digits > 0, digits < 16 {
      let value = Double(significand)
      return Decimal(
        value: isNegative ? -value : value,
        isInteger: true,
        isWideInteger: false
      )
    }
    var exponent = 0
    let isFraction = cursor < end && bytes[cursor] == Byte.point
    if isFraction {
      cursor += 1
      let fractionStart = cursor
      if end - cursor >= 8, let eight = ShortDecimal.integer(bytes, cursor..<cursor + 8) {
        significand = significand &* 100_000_000 &+ eight
        cursor += 8
      }
      while cursor < end {
        let digit = bytes[cursor] &- Byte.zero
        if digit > 9 { break }
        significand = significand &* 10 &+ UInt64(digit)
        cursor += 1
      }
      exponent = fractionStart - cursor
      digits -= exponent
    }
    guard digits > 0 else { return nil }
    if cursor == end, digits < 20 {
      let value = scaled(significand, by: exponent)
      if let value {
        let isInteger = !isFraction
        return Decimal(
          value: isNegative ? -value : value,
          isInteger: isInteger && significand <= 1 << 53,
          isWideInteger: isInteger && significand > 1 << 53
        )
      }
    }
    return parseRest(bytes, range, cursor: cursor, isFraction: isFraction)
  }

  /// `significand x 10^exponent` when a fast way gives it exactly rounded.
  @inline(__always)
  private static func scaled(_ significand: UInt64, by exponent: Int) -> Double? {
    if exponent == 0 { return Double(significand) }
    if significand <= 1 << 53 {
      if exponent < 0, exponent >= -22 { return Double(significand) / exactPowers[-exponent] }
      if exponent > 0, exponent <= 22 { return Double(significand) * exactPowers[exponent] }
      return nil
    }
    return exponent < 0 && exponent >= -19
      ? quotient(significand, integerPowers[-exponent]) : nil
  }

  /// `numerator / denominator`, correctly rounded, for a numerator of at least 2^53.
  ///
  /// With both operands shifted up to bit 63 and the numerator times 2^63, the 64-bit quotient has
  /// its highest bit at 62 or 63: at least nine bits more than a significand, and the remainder
  /// decides ties. The result is far from subnormal and from overflow.
  private static func quotient(_ numerator: UInt64, _ denominator: UInt64) -> Double {
    let numeratorShift = numerator.leadingZeroBitCount
    let denominatorShift = denominator.leadingZeroBitCount
    let shifted = numerator << UInt64(numeratorShift)
    let divided = (denominator << UInt64(denominatorShift)).dividingFullWidth(
      (shifted >> 1, shifted << 63)
    )
    // A sticky lowest bit keeps "above the tie" apart from "on the tie"; it is never the tie bit.
    let sticky = divided.quotient | (divided.remainder == 0 ? 0 : 1)
    // quotient = (n 2^ns 2^63) / (d 2^ds), so n / d = quotient 2^(ds - ns - 63).
    return Double(
      sign: .plus,
      exponent: denominatorShift - numeratorShift - 63,
      significand: Double(sticky)
    )
  }

  /// The slow path: an exponent, too many digits, or not a number at all.
  @inline(never)
  private static func parseRest(
    _ bytes: Span<UInt8>,
    _ range: Range<Int>,
    cursor mantissaEnd: Int,
    isFraction: Bool
  ) -> Decimal? {
    var cursor = mantissaEnd
    let hasExponent = cursor < range.upperBound && Byte.lowercased(bytes[cursor]) == 0x65
    if hasExponent {
      cursor += 1
      if cursor < range.upperBound,
        bytes[cursor] == Byte.minus || bytes[cursor] == Byte.plus
      {
        cursor += 1
      }
      let digitsStart = cursor
      while cursor < range.upperBound, bytes[cursor] &- Byte.zero <= 9 { cursor += 1 }
      guard cursor > digitsStart else { return nil }
    }
    guard cursor == range.upperBound, let value = Double(bytes.text(range)) else { return nil }
    let isInteger = !hasExponent && !isFraction
    return Decimal(
      value: value,
      isInteger: isInteger && value.magnitude <= 0x1p53,
      isWideInteger: isInteger && value.magnitude > 0x1p53
    )
  }
}
