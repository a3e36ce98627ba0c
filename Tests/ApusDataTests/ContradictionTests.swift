import ApusData
import Testing

/// One value that makes a column another kind of column is told of.
@Suite struct ContradictionTests {
  /// A transform of columns `a`, whose values are given, `x` and `y`.
  private func notes(
    _ values: [String], label: String = "y", options: FeatureOptions = FeatureOptions()
  ) throws -> [String] {
    let rows = values.enumerated().map { "\"\($1)\",\($0 % 7).5,\($0 % 2)\n" }.joined()
    // Duplicates are dropped on the way, as before a training.
    let table = CleanTable(try table("a,x,y\n" + rows + rows)).table
    return try FeatureTransform(
      fitting: table, rows: Array(0..<table.rowCount), label: Label(fitting: table, named: label),
      options: options
    ).notes
  }

  @Test(arguments: [
    ("1.5", "hello", "numbers up to line 32, which has \"hello\"", "real", "numbers"),
    ("7", "1,234.5", "numbers up to line 32, which has \"1,234.5\"", "real", "numbers"),
    (
      "2025-01-02", "2025-13-45T99:00:00Z",
      "times up to line 32, which has \"2025-13-45T99:00:00Z\"", "timestamp", "times"
    ),
    ("true", "yes", "true and false up to line 32, which has \"yes\"", "boolean", "true and false"),
  ]) func oneBadValueIsNamed(
    value: String, bad: String, what: String, kind: String, values: String
  ) throws {
    var column = [String](repeating: value, count: 40)
    column[30] = bad
    let note = "a: \(what); read as category; --kinds a=\(kind) allows \(values) only"
    #expect(try notes(column).contains(note))
    #expect(try notes(column, label: "a").contains(note))
    let dropped = try notes(column, options: FeatureOptions(droppedColumns: ["a"]))
    #expect(dropped == ["a: left out as asked"])
  }

  @Test func aFewNumbersBeforeTextAreNotRemarkable() throws {
    for count in [0, 1, 19, 20] {
      // Missing values are no numbers.
      let values = Array(repeating: "", count: 5) + Array(repeating: "1", count: count)
      let found = try notes(values + Array(repeating: "b", count: 40))
      #expect(found.contains { $0.contains("up to line") } == (count == 20), "\(count): \(found)")
    }
  }

  @Test func aLabelThatOneValueMakesTextNamesIt() throws {
    let rows = (0..<400).map { "\($0 == 390 ? "hello" : "\(Double($0) + 0.5)"),\($0 % 3)\n" }
    let table = try table("y,x\n" + rows.joined())
    let error = #expect(throws: DataError.self) { try Label(fitting: table, named: "y") }
    #expect(error?.code == .unsuitableLabel && error?.line == 392)
    #expect(error?.found == "\"hello\"")
  }

  @Test func noColumnLeftIsASentence() throws {
    let table = try table("y\n0\n1\n")
    let error = #expect(throws: DataError.self) {
      try FeatureTransform(
        fitting: table, rows: [0, 1], label: Label(fitting: table, named: "y"))
    }
    #expect(error?.description == "no column is left to compute features from")
  }
}
