/// Points in time as text: ISO 8601.
public enum Timestamp {
  /// Reads a point in time.
  ///
  /// - Parameter text: A date, or a date and a time, as a CSV file holds them.
  /// - Returns: Seconds since 1970-01-01T00:00:00Z, or nil when the text is anything else.
  public static func seconds(in text: String) -> Double? {
    let bytes = Array(text.utf8)
    return TimestampParser.parse(bytes.span, 0..<bytes.count)
  }

  /// Writes a point in time.
  ///
  /// - Parameter seconds: Seconds since 1970-01-01T00:00:00Z, of the years 0 to 9999; other
  ///   numbers are written as they are.
  /// - Returns: ISO 8601 in UTC, such as `2026-03-01T12:30:45Z`, with the digits of a fraction of a
  ///   second where there is one, at most six.
  public static func text(_ seconds: Double) -> String {
    guard (-62_167_219_200..<253_402_300_800).contains(seconds) else { return "\(seconds)" }
    let rounded = (seconds * 1e6).rounded() / 1e6
    let whole = rounded.rounded(.down)
    let days = Int((whole / 86_400).rounded(.down))
    let second = Int(whole) - days * 86_400
    let date = date(days)
    func padded(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
    }
    let fraction = Int(((rounded - whole) * 1e6).rounded())
    var digits = fraction == 0 ? "" : "." + padded(fraction, 6)
    while digits.last == "0" { digits.removeLast() }
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
      + "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
      + "\(digits)Z"
  }

  /// The date of a day, counted from 1970-01-01, in the proleptic Gregorian calendar.
  private static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
    // Years begin in March, so that the leap day is the last of its year; eras have 400 of them.
    let shifted = day + 719_468
    let era = Int((Double(shifted) / 146_097).rounded(.down))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }
}
