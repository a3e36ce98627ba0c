import ApusData
import ApusRandom
import Testing

@Suite struct SplitRuleTests {
  private func split(
    _ table: Table, _ rule: String, test: Double = 0.2, validation: Double = 0.1, seed: UInt64 = 42
  ) throws -> Split {
    try Split(
      of: table, by: try #require(SplitRule(rawValue: rule)),
      labels: [Float](repeating: 0, count: table.rowCount), stratified: false,
      testFraction: test, validationFraction: validation, seed: seed)
  }

  private func code(_ body: () throws -> Split) -> DataError.Code? {
    do { _ = try body() } catch { return (error as? DataError)?.code }
    return nil
  }

  @Test(arguments: 1...20) func noGroupIsOnBothSides(seed: Int) throws {
    var random = PhiloxSequence(seed: UInt64(seed))
    let users = (0..<500).map { _ -> String? in
      let user = random.next(below: 60)
      return user == 0 ? nil : "user \(user)"
    }
    let table = try Table(columns: [Column(name: "user", kind: .category, strings: users)])
    let split = try split(table, "group:user", seed: UInt64(seed))
    let parts = [split.train, split.validation, split.test]
    #expect(parts.joined().sorted() == Array(0..<500), "seed \(seed)")
    for (index, part) in parts.enumerated() {
      #expect(part == part.sorted())
      let others = Set(parts[(index + 1)...].joined().compactMap { users[$0] })
      #expect(others.isDisjoint(with: part.compactMap { users[$0] }), "seed \(seed)")
    }
    // No group has more than 30 rows.
    #expect(100..<130 ~= split.test.count && 50..<80 ~= split.validation.count, "seed \(seed)")
  }

  @Test func groupsMayBeNumbersAndTheSeedDecides() throws {
    let table = try table("g,x\n" + (0..<100).map { "\($0 / 5),\($0)\n" }.joined())
    let one = try split(table, "group:g", seed: 1)
    #expect(one == (try split(table, "group:g", seed: 1)))
    #expect(one != (try split(table, "group:g", seed: 2)))
    #expect(one.test.count == 20 && one.validation.count == 10)
  }

  @Test func theNewestRowsTest() throws {
    let table = try table("t\n5\n1\n9\n3\n7\n2\n8\n4\n6\n0\n")
    let split = try split(table, "time:t")
    #expect(split.test == [2, 6])
    #expect(split.validation == [4])
    #expect(split.train == [0, 1, 3, 5, 7, 8, 9])
  }

  @Test func equalTimesStayTogether() throws {
    let table = try table("t\n1\n1\n2\n2\n3\n3\n3\n4\n5\n5\n")
    let split = try split(table, "time:t", test: 0.4, validation: 0.2)
    // The boundary of the test falls into the threes, which go to validation.
    #expect(split.train == [0, 1, 2, 3])
    #expect(split.validation == [4, 5, 6])
    #expect(split.test == [7, 8, 9])
  }

  @Test(arguments: 3...12) func fewTimesAreEnough(count: Int) throws {
    let times = (0..<100).map { $0 * count / 100 }
    let table = try table("t\n" + times.map { "\($0)\n" }.joined())
    let split = try split(table, "time:t")
    let parts = [split.train, split.validation, split.test].map { $0.map { times[$0] } }
    #expect(parts.allSatisfy { !$0.isEmpty })
    #expect(try #require(parts[0].max()) < #require(parts[1].min()))
    #expect(try #require(parts[1].max()) < #require(parts[2].min()))
  }

  @Test func timestampsAreTimes() throws {
    let table = try table(
      "when,x\n2026-03-01,1\n2026-01-01,2\n2026-02-01,3\n2025-12-31T23:59:59Z,4\n")
    #expect(try split(table, "time:when", test: 0.25, validation: 0).test == [0])
  }

  @Test func faultsAreTyped() throws {
    let table = try table("t,g,x\n1,a,1\n1,a,\n1,a,3\n1,a,4\n")
    #expect(code { try split(table, "time:t", test: 0.5) } == .invalidOption)
    #expect(code { try split(table, "group:g", test: 0.5) } == .invalidOption)
    #expect(code { try split(table, "time:g") } == .wrongKind)
    #expect(code { try split(table, "time:x") } == .wrongKind)
    #expect(code { try split(table, "time:nowhere") } == .missingColumn)
    #expect(code { try split(table, "group:nowhere") } == .missingColumn)
    #expect(code { try split(table, "time:t", test: 0.9, validation: 0.2) } == .invalidOption)
  }

  @Test(arguments: ["random", "group:user", "time:a:b"]) func rulesAreText(text: String) {
    #expect(SplitRule(rawValue: text)?.rawValue == text)
  }

  @Test(arguments: ["", "group", "group:", "time:", "random:x", "stratified"])
  func otherTextIsNoRule(text: String) {
    #expect(SplitRule(rawValue: text) == nil)
  }
}
