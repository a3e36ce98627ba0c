import ApusData
import ApusRandom
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite struct CSVFuzzTests {
  /// Texts that are never missing and never numbers.
  private static let pieces = ["x", "é", ",", ";", "\"", "\n", "\r\n", " ", "𝄞", "\t", "-"]

  private func randomText(_ random: inout PhiloxSequence) -> String {
    "s"
      + (0..<random.next(in: 0...5)).map { _ in
        Self.pieces[Int(random.next(below: UInt32(Self.pieces.count)))]
      }.joined()
  }

  private func written(_ text: String, _ random: inout PhiloxSequence) -> String {
    let mustQuote = text.unicodeScalars.contains { ",;\t\"\r\n".unicodeScalars.contains($0) }
    guard mustQuote || random.next(below: 3) == 0 else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      quoted.unicodeScalars.append(scalar)
      if scalar == "\"" { quoted += "\"" }
    }
    return quoted + "\""
  }

  private func randomFile(
    _ random: inout PhiloxSequence
  ) -> (text: String, cells: [[String]]) {
    let columns = random.next(in: 1...4)
    let rows = random.next(in: 1...12)
    let end = ["\n", "\r\n", "\r"][random.next(in: 0...2)]
    let cells = (0..<rows).map { _ in (0..<columns).map { _ in randomText(&random) } }
    let header = (0..<columns).map { "c\($0)" }.joined(separator: ",")
    var lines = [header]
    for row in cells {
      lines.append(row.map { written($0, &random) }.joined(separator: ","))
    }
    let text = lines.joined(separator: end) + (random.next(below: 2) == 0 ? end : "")
    return (text, cells)
  }

  @Test(arguments: 0..<300) func randomTablesReadBack(seed: UInt64) throws {
    var random = PhiloxSequence(seed: seed)
    let (text, cells) = randomFile(&random)
    let options = CSVOptions(delimiter: 0x2C)
    let whole = try table(text, options: options)
    for (index, column) in whole.columns.enumerated() {
      let read = (0..<column.count).map { column.string(at: $0) }
      #expect(read == cells.map { $0[index] }, "seed \(seed)")
    }
    let bytes = Array(text.utf8)
    for blockBytes in [1, 2, 3, 5, 7, 16, 61] {
      let parts = try Table(csv: bytes, options: options, blockBytes: blockBytes)
      #expect(parts == whole, "seed \(seed), blocks of \(blockBytes)")
      var alone = options
      alone.threadLimit = 1
      let single = try Table(csv: bytes, options: alone, blockBytes: blockBytes)
      #expect(single == whole, "seed \(seed), blocks of \(blockBytes), one thread")
    }
  }

  @Test func everyBlockSizeGivesTheSameTable() throws {
    let text =
      "\u{FEFF}id,name,when,ok\r\n1,\"a \"\"b\"\"\",2026-01-01,TRUE\r\n\r\n"
      + "2.5,\"x\r\ny\",2026-01-02T10:00,false\r\n?,é,,NA\r\nseven,\"\",2026-01-03,true"
    let bytes = Array(text.utf8)
    let whole = try Table(csv: bytes)
    #expect(whole.rowCount == 4)
    #expect(whole.columns.map(\.kind) == [.category, .category, .timestamp, .boolean])
    for blockBytes in 1...bytes.count + 1 {
      #expect(try Table(csv: bytes, options: CSVOptions(), blockBytes: blockBytes) == whole)
    }
  }

  @Test(arguments: 0..<200) func damagedFilesNeverCrash(seed: UInt64) {
    var random = PhiloxSequence(seed: seed, stream: 1)
    var bytes = Array(randomFile(&random).text.utf8)
    for _ in 0..<random.next(in: 1...4) {
      bytes[Int(random.next(below: UInt32(bytes.count)))] = UInt8(random.next(in: 0...255))
    }
    let whole = readFault(bytes)
    let parts = { () -> DataError? in
      do throws(DataError) {
        _ = try Table(csv: bytes, options: CSVOptions(), blockBytes: 3)
        return nil
      } catch { return error }
    }()
    #expect(whole?.code == parts?.code, "seed \(seed): \(whole?.description ?? "read")")
    #expect(whole?.line == parts?.line, "seed \(seed)")
  }

  /// Every number that is read has the bits that `strtod` gives.
  @Test func numbersAreThoseOfStrtod() throws {
    let seed: UInt64 = 20_261
    var random = PhiloxSequence(seed: seed)
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in Character("\(random.next(below: 10))") })
    }
    var numbers = [
      "0", "-0", "0.1", "1e22", "1e23", "9007199254740993.0", "2.2250738585072011e-308",
      "4.9e-324", "2e-324", "1.7976931348623157e308", "0.30000000000000004", "1.",
      "9999999999999999999", "0.9999999999999999999", "9223372036854775808.5", "1e-400",
      "900719925474099.25", "18014398509481985e-1", "5e-1", "+1.5E+3", "0.000000000000000000001",
    ]
    for _ in 0..<100_000 {
      var text = random.next(below: 4) == 0 ? "-" : ""
      text += digits(random.next(in: 1...[3, 10, 21][random.next(in: 0...2)]))
      if random.next(below: 4) != 0 {
        text += "." + digits(random.next(in: 1...[3, 10, 18][random.next(in: 0...2)]))
      }
      if random.next(below: 5) == 0 { text += "e\(random.next(in: -320...280))" }
      numbers.append(text)
    }
    let file = "n\n" + numbers.joined(separator: "\n")
    let column = try table(file, options: CSVOptions(kinds: ["n": .real])).columns[0]
    for (row, text) in numbers.enumerated() {
      let expected = unsafe strtod(text, nil)
      #expect(column.number(at: row)?.bitPattern == expected.bitPattern, "\(text), seed \(seed)")
    }
  }
}
