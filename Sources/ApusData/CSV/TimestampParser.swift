/// Reads ISO 8601 points in time.
///
/// ```
/// 2026-03-01
/// 2026-03-01T12:30       a space may stand for the T
/// 2026-03-01T12:30:45.250+01:00
/// ```
///
/// Without a zone a time is taken as UTC. Days are those of the proleptic Gregorian calendar.
enum TimestampParser {
  /// Reads a point in time.
  ///
  /// - Parameters:
  ///   - bytes: Text.
  ///   - range: Where the time is; it must fill the range.
  /// - Returns: Seconds since 1970-01-01T00:00:00Z, or nil when the range is anything else.
  static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    var cursor = range.lowerBound
    let end = range.upperBound
    guard
      let year = digits(4, bytes, &cursor, end),
      literal(Byte.minus, bytes, &cursor, end),
      let month = digits(2, bytes, &cursor, end), (1...12).contains(month),
      literal(Byte.minus, bytes, &cursor, end),
      let day = digits(2, bytes, &cursor, end),
      (1...daysInMonth(month, year: year)).contains(day)
    else { return nil }
    var seconds = Double(daysSinceEpoch(year: year, month: month, day: day) * 86_400)
    if cursor == end { return seconds }

    guard
      literal(UInt8(ascii: "T"), bytes, &cursor, end) || literal(Byte.space, bytes, &cursor, end),
      let hour = digits(2, bytes, &cursor, end), hour < 24,
      literal(Byte.colon, bytes, &cursor, end),
      let minute = digits(2, bytes, &cursor, end), minute < 60
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if literal(Byte.colon, bytes, &cursor, end) {
      // A leap second (60) is counted as the first second of the next minute.
      guard let second = digits(2, bytes, &cursor, end), second <= 60 else { return nil }
      seconds += Double(second)
      if literal(Byte.point, bytes, &cursor, end) {
        guard let fraction = fraction(bytes, &cursor, end) else { return nil }
        seconds += fraction
      }
    }
    guard let offset = zone(bytes, &cursor, end), cursor == end else { return nil }
    return seconds - Double(offset)
  }

  /// The days from 1970-01-01 to a date.
  ///
  /// Counts years from March, so that the leap day is the last of its year.
  static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    // 400 years, 146,097 days, keep the year that begins in March -1 out of the divisions.
    let shifted = (month > 2 ? year : year - 1) + 400
    let monthFromMarch = (month + 9) % 12
    let leapDays = shifted / 4 - shifted / 100 + shifted / 400
    // 153 days in every five months from March on; 719468 days from 0000-03-01 to 1970-01-01.
    return shifted * 365 + leapDays + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468 - 146_097
  }

  private static func daysInMonth(_ month: Int, year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func digits(
    _ count: Int,
    _ bytes: Span<UInt8>,
    _ cursor: inout Int,
    _ end: Int
  ) -> Int? {
    guard end - cursor >= count else { return nil }
    var value = 0
    for index in cursor..<cursor + count {
      let digit = bytes[index] &- Byte.zero
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    cursor += count
    return value
  }

  private static func literal(
    _ byte: UInt8,
    _ bytes: Span<UInt8>,
    _ cursor: inout Int,
    _ end: Int
  ) -> Bool {
    guard cursor < end, bytes[cursor] == byte else { return false }
    cursor += 1
    return true
  }

  /// Up to nine digits after the point of the seconds.
  private static func fraction(
    _ bytes: Span<UInt8>,
    _ cursor: inout Int,
    _ end: Int
  ) -> Double? {
    var (value, scale) = (0.0, 1.0)
    while let digit = digits(1, bytes, &cursor, end) {
      value = value * 10 + Double(digit)
      scale *= 10
      guard scale <= 1e9 else { return nil }
    }
    return scale > 1 ? value / scale : nil
  }

  /// The seconds that local time is ahead of UTC; 0 when no zone is written.
  private static func zone(
    _ bytes: Span<UInt8>,
    _ cursor: inout Int,
    _ end: Int
  ) -> Int? {
    if cursor == end || literal(UInt8(ascii: "Z"), bytes, &cursor, end) { return 0 }
    let isBehind = literal(Byte.minus, bytes, &cursor, end)
    guard
      isBehind || literal(Byte.plus, bytes, &cursor, end),
      let hours = digits(2, bytes, &cursor, end), hours <= 23,
      literal(Byte.colon, bytes, &cursor, end),
      let minutes = digits(2, bytes, &cursor, end), minutes <= 59
    else { return nil }
    return (isBehind ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
