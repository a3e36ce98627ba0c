import ApusData
import Testing

@Suite struct CSVTests {
  @Test(arguments: [
    ("a,b\n1,2\n", ["1.0"], ["2.0"]),
    ("a,b\r\n1,2\r\n3,4", ["1.0", "3.0"], ["2.0", "4.0"]),
    ("a,b\r1,2\r", ["1.0"], ["2.0"]),
    ("a;b\n1;2\n", ["1.0"], ["2.0"]),
    ("a\tb\nx\ty,z\n", ["x"], ["y,z"]),
    ("\u{FEFF}a,b\n1,2\n", ["1.0"], ["2.0"]),
    ("\"a\",\"b\"\n\"x\",\"y\"\n", ["x"], ["y"]),
    ("a,b\n\"x,1\",\"y\n2\"\n", ["x,1"], ["y\n2"]),
    ("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", ["say \"hi\""], ["\""]),
    ("a,b\nx\"y,z\n", ["x\"y"], ["z"]),
    ("\n\na,b\n\n1,2\n\n\n3,4\n\n", ["1.0", "3.0"], ["2.0", "4.0"]),
    ("a,b\n\"1\", 2 \n", ["1.0"], ["2.0"]),
    ("a;b\n\"x,y\";1,5\n", ["x,y"], ["1,5"]),
    ("a,b\n\"x\r\ny\",1\r\nz,2", ["x\r\ny", "z"], ["1.0", "2.0"]),
  ]) func rows(text: String, a: [String], b: [String]) throws {
    let table = try table(text)
    #expect(table.columnNames == ["a", "b"])
    #expect(try texts(table, "a") == a)
    #expect(try texts(table, "b") == b)
  }

  @Test func noHeader() throws {
    let table = try table("1,x\n2,y\n", options: CSVOptions(hasHeader: false))
    #expect(table.columnNames == ["column1", "column2"])
    #expect(table.rowCount == 2)
  }

  @Test func namelessColumnGetsAName() throws {
    #expect(try table(",b\n1,2\n").columnNames == ["column1", "b"])
  }

  @Test(arguments: ["", "NA", "na", "NaN", "nan", "NULL", "null", "?", "  ", " NA ", "\"\""])
  func missing(text: String) throws {
    let table = try table("n,s,t\n1,x,1\n\(text),\(text),2\n")
    #expect(try texts(table, "n") == ["1.0", nil])
    #expect(try texts(table, "s") == ["x", nil])
  }

  @Test(arguments: [
    (["TRUE", "false"], ColumnKind.boolean),
    (["1", "-2"], .integer),
    (["9007199254740992", "1"], .integer),
    (["9007199254740993", "1"], .category),
    (["1", "2.5"], .real),
    (["1e3", "2"], .real),
    ([".5", "5."], .real),
    (["x", "y"], .category),
    (["1", "x"], .category),
    (["true", "x"], .category),
    (["2026-01-01", "x"], .category),
    (["2026-01-01", "2026-02-28 10:00"], .timestamp),
    (["2026-02-29", "x"], .category),
    (["", ""], .real),
    (["", "x"], .category),
    (["0x10", "1"], .category),
    (["1,000", "2"], .category),
  ]) func inferredKind(values: [String], kind: ColumnKind) throws {
    let table = try table("a,b\n" + values.map { "\"\($0)\",0\n" }.joined())
    #expect(table.columns[0].kind == kind)
  }

  @Test func contradictedColumnKeepsItsTexts() throws {
    let table = try table("n,m\n007,1\nTRUE,1.50\n,x\n")
    #expect(try texts(table, "n") == ["007", "TRUE", nil])
    #expect(try texts(table, "m") == ["1", "1.50", "x"])
  }

  @Test func mostlyDistinctTextIsText() throws {
    let rows = (0..<100).map { "user\($0),\($0 % 70)\n" }.joined()
    let kinds = ["b": ColumnKind.category]
    let table = try table("a,b\n" + rows, options: CSVOptions(kinds: kinds))
    #expect(table.columns.map(\.kind) == [.text, .category])
  }

  @Test func kindsCanBeGiven() throws {
    let kinds: [String: ColumnKind] = ["a": .boolean, "b": .category, "c": .real]
    let table = try table("a,b,c\n0,1,2\n1,1,3\n", options: CSVOptions(kinds: kinds))
    #expect(table.columns.map(\.kind) == [.boolean, .category, .real])
    #expect(try texts(table, "b") == ["1", "1"])
  }

  @Test func duplicatesAreDroppedAndCounted() throws {
    let table = try table("a,b\n1,x\n1,y\n1,x\n,x\n,x\n1.0,x\n")
    let (kept, dropped) = table.droppingDuplicates()
    #expect(dropped == 3)
    #expect(try texts(kept, "a") == ["1.0", "1.0", nil])
    #expect(try texts(kept, "b") == ["x", "y", "x"])
    let again = kept.droppingDuplicates()
    #expect(again.dropped == 0)
    #expect(again.table == kept)
  }

  @Test(arguments: [
    ("1970-01-01", 0.0),
    ("1969-12-31T23:59:59Z", -1),
    ("2000-02-29 00:00", 951_782_400),
    ("2026-03-01T12:30:45.25+01:00", 1_772_364_645.25),
    ("0001-01-01", -62_135_596_800),
    ("9999-12-31T23:59:60Z", 253_402_300_800),
  ]) func timestamp(text: String, seconds: Double) throws {
    let column = try table("t\n\(text)\n").columns[0]
    #expect(column.kind == .timestamp)
    #expect(column.number(at: 0) == seconds)
  }
}
