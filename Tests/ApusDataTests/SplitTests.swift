import ApusData
import Testing

@Suite struct SplitTests {
  private static let labels: [Float] = (0..<1003).map { $0 % 7 == 0 ? 1 : 0 }

  private func split(seed: UInt64, stratified: Bool = true) throws -> Split {
    try Split(
      labels: Self.labels,
      stratified: stratified,
      testFraction: 0.2,
      validationFraction: 0.1,
      seed: seed
    )
  }

  @Test(arguments: [true, false]) func everyRowIsInOnePart(stratified: Bool) throws {
    let split = try split(seed: 42, stratified: stratified)
    #expect((split.train + split.validation + split.test).sorted() == Array(0..<1003))
    #expect(split.test.count == 201)
    #expect(split.validation.count == 100)
    for part in [split.train, split.validation, split.test] { #expect(part == part.sorted()) }
  }

  @Test func classesKeepTheirShareToWithinOneRow() throws {
    let split = try split(seed: 42)
    // 144 of 1003 rows are of class 1.
    let inTest = split.test.filter { Self.labels[$0] == 1 }.count
    let inValidation = split.validation.filter { Self.labels[$0] == 1 }.count
    #expect(abs(Double(inTest) - 144 * 201.0 / 1003) < 1)
    #expect(abs(Double(inValidation) - 144 * 100.0 / 1003) < 1)
  }

  @Test func seedDecides() throws {
    #expect(try split(seed: 1) == split(seed: 1))
    #expect(try split(seed: 1) != split(seed: 2))
  }

  @Test func fixedSeedGivesFixedRows() throws {
    let split = try Split(
      labels: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
      stratified: true,
      testFraction: 0.2,
      validationFraction: 0,
      seed: 42
    )
    #expect(split.test == [6, 9])
    #expect(split.validation.isEmpty)
    #expect(split.train == [0, 1, 2, 3, 4, 5, 7, 8])
  }

  @Test(arguments: [
    (0.5, 0.5), (1.0, 0.0), (-0.1, 0.0), (0.9, 0.3), (.nan, 0), (.infinity, 0), (0, 1e30),
  ])
  func fractionsThatLeaveNothing(test: Double, validation: Double) {
    #expect(throws: DataError.self) {
      try Split(
        labels: Self.labels,
        stratified: false,
        testFraction: test,
        validationFraction: validation,
        seed: 0
      )
    }
  }
}
