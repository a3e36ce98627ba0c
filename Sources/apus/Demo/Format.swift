/// Numbers as people read them.
enum Format {
  /// A whole number in groups of three digits: `1,234,567`.
  static func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// A number with a fixed count of decimals: `0.8421`.
  ///
  /// - Parameters:
  ///   - number: A finite number of at most 15 digits.
  ///   - decimals: The digits after the point.
  /// - Returns: The text.
  static func fixed(_ number: Double, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1) { product, _ in product * 10 }
    let scaled = Int((abs(number) * Double(scale)).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    if decimals == 0 { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
  }

  /// A share of one: `15.2 %`.
  static func percent(_ share: Double) -> String { fixed(share * 100, decimals: 1) + " %" }

  /// Nanoseconds in microseconds: `78.3 us`.
  static func microseconds(_ nanoseconds: UInt64) -> String {
    fixed(Double(nanoseconds) / 1000, decimals: 1) + " us"
  }

  /// A rate: `412,000 rows/s`, to three digits.
  static func rate(rows: Int, seconds: Double) -> String {
    guard seconds > 0 else { return "-" }
    let rate = Int((Double(rows) / seconds).rounded())
    var unit = 1
    while rate / unit >= 1000 { unit *= 10 }
    return grouped((rate + unit / 2) / unit * unit) + " rows/s"
  }
}
