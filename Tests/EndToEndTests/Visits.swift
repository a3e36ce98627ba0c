/// A small made-up table: visits to a shop, and whether something was bought.
enum Visits {
  /// The columns, the label last.
  static let header = "id,time,pages,seconds,channel,\"returning, really\",discount,bought"

  /// Rows with all kinds of columns, missing values and quotes.
  ///
  /// - Parameters:
  ///   - count: The rows.
  ///   - seed: Chooses the rows.
  /// - Returns: The text of a CSV file.
  static func csv(rows count: Int, seed: UInt64 = 1) -> String {
    var random = Generator(state: seed)
    let channels = ["search", "mail", "\"a \"\"friend\"\"\"", "?"]
    let lines = (0..<count).map { row in
      let pages = random.below(30)
      let channel = random.below(channels.count)
      let returning = random.below(2) == 1
      let discount = random.below(10) == 0 ? "NA" : "0.\(random.below(5))"
      let chance = pages + (channel == 1 ? 10 : 0) + (returning ? 10 : 0)
      let bought = random.below(50) < chance
      let day = 1 + random.below(28)
      return "visit-\(row),2026-02-\(day < 10 ? "0" : "")\(day) 12:30:00,\(pages),"
        + "\(pages * 17 + random.below(100)).5,\(channels[channel]),\(returning),\(discount),"
        + (bought ? "yes" : "no")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  /// SplitMix64 (Steele, Lea, Flood 2014): enough for a table.
  private struct Generator {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((bits ^ bits >> 31) % UInt64(limit))
    }
  }
}
