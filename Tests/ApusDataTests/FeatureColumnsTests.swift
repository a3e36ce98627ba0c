import ApusData
import ApusRandom
import Testing

/// Features of columns that come one by one, as those of a request do.
@Suite struct FeatureColumnsTests {
  private let seed: UInt64 = 20_261_122

  private func sample(_ rows: Int) throws -> Table {
    var random = PhiloxSequence(seed: seed, stream: 0)
    func number() -> Double { Double(random.next() % 1000) / 7 }
    return try Table(columns: [
      Column(
        name: "age", kind: .real, numbers: (0..<rows).map { _ in number() },
        missing: RowMask((0..<rows).filter { $0 % 5 == 0 })),
      Column(
        name: "city", kind: .category,
        strings: (0..<rows).map { $0 % 7 == 0 ? nil : "city \($0 % 13)" }),
      Column(
        name: "seen", kind: .timestamp, numbers: (0..<rows).map { _ in number() * 100_000 }),
      Column(name: "kind", kind: .integer, numbers: (0..<rows).map { Double($0 % 3) }),
      Column(name: "y", kind: .boolean, numbers: (0..<rows).map { Double($0 % 2) }),
    ])
  }

  private func encoder(_ table: Table) throws -> FeatureEncoder {
    FeatureEncoder(
      try FeatureTransform(
        fitting: table, rows: Array(0..<table.rowCount), label: Label(fitting: table, named: "y"),
        options: FeatureOptions(minimumCategoryRows: 1)))
  }

  private func features(
    _ encoder: FeatureEncoder, rowCount: Int, _ columns: [Column]
  ) throws -> [Float] {
    var features = [Float](repeating: 9, count: rowCount * encoder.width)
    var span = features.mutableSpan
    try encoder.write(rowCount: rowCount, into: &span) {
      FeatureEncoder.Values(columns[$0].storage, missing: columns[$0].missing)
    }
    return features
  }

  @Test func columnsGiveTheBitsOfATable() throws {
    let table = try sample(61)
    let encoder = try encoder(table)
    for rows in [0..<61, 0..<1, 3..<10] {
      let part = table.columns.dropLast().map { $0.selecting(Array(rows)) }
      let expected = try encoder.features(of: Table(columns: part)).matrix()
      #expect(try features(encoder, rowCount: rows.count, part) == expected, "seed \(seed)")
    }
  }

  @Test func scaledNumbersGiveTheBitsOfTheirColumns() throws {
    var random = PhiloxSequence(seed: seed, stream: 1)
    func numbers(_ step: Int) -> [Double] {
      (0..<61).map { $0 % step == 0 ? .nan : Double(random.next() % 1000) / 7 }
    }
    // The first two have an indicator of the missing.
    let values = [numbers(5), numbers(7), numbers(62)]
    let columns = values.enumerated().map { index, numbers in
      Column(
        name: "x\(index)", kind: .real, numbers: numbers.map { $0.isNaN ? 0 : $0 },
        missing: RowMask(numbers.indices.filter { numbers[$0].isNaN }))
    }
    let label = Column(name: "y", kind: .boolean, numbers: (0..<61).map { Double($0 % 2) })
    let encoder = try encoder(try Table(columns: columns + [label]))
    let expected = try features(encoder, rowCount: 61, columns)
    var written = [Float](repeating: 0, count: expected.count)
    var span = written.mutableSpan
    let together = values.flatMap(\.self)
    try #require(encoder.isScaling)
    encoder.writeScaled(together.span, rowCount: 61, into: &span)
    #expect(written == expected, "seed \(seed)")
  }

  @Test func columnsOfOtherEncodingsAreNotScaled() throws {
    #expect(try !encoder(try sample(61)).isScaling)
  }

  @Test func aSharedColumnGivesTheBitsOfOneWrittenOut() throws {
    let table = try sample(40)
    let encoder = try encoder(table)
    // Rows 0 and 35 lack an age and a city.
    for shared in [0, 1, 35] {
      for mask in 0..<16 {
        let columns = table.columns.dropLast().enumerated().map { index, column in
          mask >> index & 1 == 1 ? column.selecting([shared]) : column
        }
        let written = table.columns.dropLast().enumerated().map { index, column in
          let rows = [Int](repeating: shared, count: 40)
          return mask >> index & 1 == 1 ? column.selecting(rows) : column
        }
        let expected = try encoder.features(of: Table(columns: written)).matrix()
        #expect(try features(encoder, rowCount: 40, columns) == expected, "seed \(seed)")
      }
    }
  }

  @Test func theFirstUnusableValueIsNamed() throws {
    let table = try sample(9)
    let encoder = try encoder(table)
    var columns = Array(table.columns.dropLast())
    columns[2] = Column(
      name: "seen", kind: .timestamp, numbers: [0, 1, .infinity, 3, 4, 5, .nan, 7, 8])
    let infinite = #expect(throws: DataError.self) {
      try features(encoder, rowCount: 9, columns)
    }
    #expect(infinite?.code == .nonFinite && infinite?.row == 2 && infinite?.column == "seen")
    columns[1] = Column(
      name: "city", kind: .category, dictionary: ["a"], codes: [0, 0, 0, 0, 1, 0, 0, 0, 0])
    let outside = #expect(throws: DataError.self) {
      try features(encoder, rowCount: 9, columns)
    }
    #expect(outside?.code == .wrongKind && outside?.row == 4 && outside?.column == "city")
  }
}
