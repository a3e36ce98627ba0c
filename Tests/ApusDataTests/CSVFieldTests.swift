import ApusData
import Testing

/// Fields as they are written, and read back.
@Suite struct CSVFieldTests {
  @Test(
    arguments: [
      ("plain", "plain"), ("März", "März"), ("a b", "a b"), ("a,b", "\"a,b\""),
      ("say \"hi\"", "\"say \"\"hi\"\"\""), ("\"", "\"\"\"\""), ("two\nlines", "\"two\nlines\""),
      ("two\r\nlines", "\"two\r\nlines\""), ("\"\u{301}", "\"\"\"\u{301}\""), ("", ""),
    ]
  )
  func quotesOnlyWhatNeedsIt(_ text: String, _ field: String) {
    #expect(CSVField.quoted(text) == field)
  }

  @Test func everyFieldReadsBack() throws {
    let texts = ["a,b", "say \"hi\"", "\"\"", ",", "x\ny", "x;y", "x\ty"]
    let fields = texts.map(CSVField.quoted)
    let header = try table(
      fields.joined(separator: ",") + "\n" + fields.map { _ in "1" }.joined(separator: ",") + "\n",
      options: CSVOptions(delimiter: UInt8(ascii: ","))
    )
    #expect(header.columnNames == texts)
  }
}
