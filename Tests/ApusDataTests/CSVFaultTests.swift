import ApusData
import Testing

@Suite struct CSVFaultTests {
  struct Case: CustomTestStringConvertible {
    var text: String
    var code: DataError.Code
    var line: Int?
    var column: String?
    var options = CSVOptions()
    var testDescription: String { "\(code) \(text.prefix(20))" }
  }

  @Test(arguments: [
    Case(text: "", code: .emptyFile),
    Case(text: "\n\n", code: .emptyFile),
    Case(text: "\u{FEFF}", code: .emptyFile),
    Case(text: "a,b\n", code: .noRows),
    Case(text: "a,b", code: .noRows),
    Case(text: "a,b\n1,2\n3\n", code: .raggedRow, line: 3),
    Case(text: "a,b\n1,2\n\"x\ny\",2\n3,4,5\n", code: .raggedRow, line: 5),
    Case(text: "a,a\n1,2\n", code: .duplicateColumn, line: 1, column: "a"),
    Case(text: "a\n\"x\n", code: .malformedQuote, line: 2),
    Case(text: "a\n\"x\"y\n", code: .malformedQuote, line: 2),
    Case(text: "a,b\n1,x\u{0}y\n", code: .nulByte, line: 2, column: "b"),
    Case(text: "a\u{0},b\n1,2\n", code: .nulByte, line: 1),
    Case(text: "a\n1\nInf\n", code: .nonFinite, line: 3, column: "a"),
    Case(text: "a\n1\n-infinity\n", code: .nonFinite, line: 3, column: "a"),
    Case(text: "a\n1\n1e999\n", code: .nonFinite, line: 3, column: "a"),
    Case(
      text: "a\n1\n2\nx\n",
      code: .wrongKind,
      line: 4,
      column: "a",
      options: CSVOptions(kinds: ["a": .real])
    ),
    Case(
      text: "a\n1\n2.5\n",
      code: .wrongKind,
      line: 3,
      column: "a",
      options: CSVOptions(kinds: ["a": .integer])
    ),
    Case(
      text: "a\ntrue\n2\n",
      code: .wrongKind,
      line: 3,
      column: "a",
      options: CSVOptions(kinds: ["a": .boolean])
    ),
    Case(
      text: "a\n2026-13-01\n",
      code: .wrongKind,
      line: 2,
      column: "a",
      options: CSVOptions(kinds: ["a": .timestamp])
    ),
    Case(text: "a\n1\n", code: .missingColumn, options: CSVOptions(kinds: ["z": .real])),
    Case(text: "a\n1\n", code: .invalidOption, options: CSVOptions(delimiter: 10)),
  ]) func fault(_ test: Case) throws {
    let error = try #require(readFault(Array(test.text.utf8), options: test.options))
    #expect(error.code == test.code, "\(error)")
    #expect(error.line == test.line, "\(error)")
    #expect(error.column == test.column, "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test func invalidUTF8NamesLineAndOffset() throws {
    let error = try #require(
      readFault(Array("a,b\n1,x\n2,é".utf8) + [0xFF] + Array("\n".utf8))
    )
    #expect(error.code == .invalidUTF8)
    #expect(error.line == 3)
    #expect(error.description.contains("byte offset 12"), "\(error)")
  }

  @Test func utf16IsNamed() throws {
    let error = try #require(readFault([0xFF, 0xFE, 0x61, 0]))
    #expect(error.code == .invalidUTF8)
    #expect(error.description.contains("UTF-16"))
  }

  @Test(arguments: [true, false]) func tenMegabyteField(isQuoted: Bool) throws {
    let quote = isQuoted ? "\"" : ""
    let field = [UInt8](repeating: 0x78, count: 10 << 20)
    let bytes = Array("a,b\n1,\(quote)".utf8) + field + Array("\(quote)\n".utf8)
    let error = try #require(readFault(bytes))
    #expect(error.code == .fieldTooLong)
    #expect(error.line == 2)
    #expect(readFault(bytes, options: CSVOptions(maximumFieldBytes: 10 << 20)) == nil)
    #expect(
      readFault(bytes, options: CSVOptions(maximumFieldBytes: 10 << 20 - 1))?.code
        == .fieldTooLong
    )
  }

  @Test func unreadableFile() {
    #expect {
      try Table(csv: "no/such/file.csv")
    } throws: { error in
      guard let error = error as? DataError else { return false }
      return error.code == .unreadable && error.description.hasPrefix("no/such/file.csv: ")
    }
  }

  @Test func directoryIsNotAFile() {
    #expect(throws: DataError.self) { try Table(csv: "/") }
  }

  @Test func messageNamesEverything() {
    let error = DataError(
      .wrongKind,
      "the value is wrong",
      file: "f.csv",
      line: 3,
      column: "Age",
      expected: "a number",
      found: "\"a\nb\""
    )
    #expect(
      error.description
        == "f.csv:3: column \"Age\": the value is wrong; expected a number, found \"a b\""
    )
  }

  @Test(arguments: [1, 5, 1 << 16]) func firstFaultOfTheFileIsThrown(blockBytes: Int) {
    let text = "a,b\n1,2\n1,x\ny,2\n1\n"
    let options = CSVOptions(kinds: ["a": .real, "b": .real])
    let fault = #expect(throws: DataError.self) {
      try Table(csv: Array(text.utf8), options: options, blockBytes: blockBytes)
    }
    #expect(fault?.code == .wrongKind)
    #expect(fault?.line == 3)
    #expect(fault?.column == "b")
  }

  @Test(arguments: ["-", ".", "-.", "+", "1.2.3", "1-", "--1", "1e", "0x1", "1 2", "12345678:"])
  func almostNumbers(text: String) {
    let options = CSVOptions(kinds: ["number": .real])
    let fault = readFault(Array("number\n1234567890123456\n\(text)\n".utf8), options: options)
    #expect(fault?.code == .wrongKind)
    #expect(fault?.line == 3)
  }

  @Test(arguments: [2, 24, 25, 40]) func columnNamesAreUnique(count: Int) {
    let columns = (0..<count).map { index in
      Column(name: "c\(index == count - 1 ? 0 : index)", kind: .real, numbers: [1])
    }
    let fault = #expect(throws: DataError.self) { try Table(columns: columns) }
    #expect(fault?.code == .duplicateColumn)
    #expect(fault?.column == "c0")
  }
}
