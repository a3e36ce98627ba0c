import ApusData
import ApusRandom
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct FeatureTests {
  private func fit(
    _ table: Table,
    label: String = "y",
    rows: [Int]? = nil,
    options: FeatureOptions = FeatureOptions(minimumCategoryRows: 1)
  ) throws -> FeatureTransform {
    try FeatureTransform(
      fitting: table,
      rows: rows ?? Array(0..<table.rowCount),
      label: Label(fitting: table, named: label),
      options: options
    )
  }

  private func matrix(_ table: Table, _ transform: FeatureTransform) throws -> [[Float]] {
    let matrix = try FeatureEncoder(transform).features(of: table).matrix()
    return stride(from: 0, to: matrix.count, by: transform.width).map {
      Array(matrix[$0..<$0 + transform.width])
    }
  }

  @Test func numbersAreStandardised() throws {
    let table = try table("x,y\n1.5,0\n2.5,1\n3.5,0\n4.5,1\n")
    let transform = try fit(table)
    let deviation = 1.25.squareRoot()
    #expect(
      try matrix(table, transform)
        == [-1.5, -0.5, 0.5, 1.5].map { [Float($0 / deviation)] }
    )
    #expect(transform.featureNames == ["x"])
  }

  @Test func heavyTailsAreSquashed() throws {
    let table = try table("x,y\n0.5,0\n1,1\n2,0\n1000,1\n-3,0\n")
    guard case .scaled(let scaling) = try fit(table).encoders[0].encoding else {
      Issue.record("not scaled")
      return
    }
    #expect(scaling.isSquashed)
    let plain = try fit(table, options: FeatureOptions(squashAboveSkewness: nil))
    guard case .scaled(let scaling) = plain.encoders[0].encoding else {
      Issue.record("not scaled")
      return
    }
    #expect(!scaling.isSquashed)
    #expect(scaling.mean == 200.1)
  }

  @Test func onlyTrainingRowsAreFitted() throws {
    let table = try table("x,c,y\n1.5,a,0\n2.5,b,1\n99,z,0\n")
    let transform = try fit(table, rows: [0, 1])
    #expect(transform.featureNames == ["x", "c=a", "c=b", "c=(other)"])
    let rows = try matrix(table, transform)
    #expect(rows[0] == [-1, 1, 0, 0])
    #expect(rows[2] == [194, 0, 0, 1])
  }

  @Test(arguments: 1...60) func theMedianIsThatOfSortedNumbers(count: Int) throws {
    var random = PhiloxSequence(seed: UInt64(count))
    // Few distinct numbers make ties, many none; both ascending, descending and in no order.
    for distinct in [2, 5, 1000] {
      let drawn = (0...count).map { _ in Double(random.next(below: UInt32(distinct))) / 4 - 0.125 }
      for numbers in [drawn, drawn.sorted(), drawn.sorted(by: >)] {
        guard Set(numbers).count > 1 else { continue }
        let table = try Table(columns: [
          Column(name: "x", kind: .real, numbers: numbers),
          Column(name: "y", kind: .boolean, numbers: numbers.indices.map { Double($0 % 2) }),
        ])
        let sorted = numbers.sorted()
        let (left, right) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        #expect(try fit(table).encoders[0].fill == .number((left + right) / 2), "\(numbers)")
      }
    }
  }

  @Test func columnsFittedTogetherAreThoseFittedAlone() throws {
    // Enough rows for several threads.
    let rows = 20_000
    var random = PhiloxSequence(seed: 7)
    let columns = (0..<6).map { index in
      Column(
        name: "x\(index)", kind: index % 2 == 0 ? .real : .integer,
        numbers: (0..<rows).map { _ in Double(random.next(below: index < 3 ? 9 : 5000)) })
    }
    let label = Column(name: "y", kind: .boolean, numbers: (0..<rows).map { Double($0 % 2) })
    let all = try fit(Table(columns: columns + [label]))
    for (index, column) in columns.enumerated() {
      #expect(try fit(Table(columns: [column, label])).encoders == [all.encoders[index]])
    }
    let matrix = try FeatureEncoder(all).features(of: Table(columns: columns))
    var row = [Float](repeating: 0, count: all.width)
    for index in [0, 1023, 1024, rows - 1] {
      var output = row.mutableSpan
      matrix.write(rows: [index], into: &output)
      let start = index * all.width
      #expect(row == Array(matrix.matrix()[start..<start + all.width]))
    }
  }

  @Test func missingNumbersFollowTheirRule() throws {
    let table = try table("x,y\n1.5,0\n,1\n2.5,0\n9.5,1\n")
    let median = try matrix(table, fit(table))
    #expect(median.map { $0[1] } == [0, 1, 0, 0])
    #expect(median[1][0] == median[2][0])
    let options = FeatureOptions(
      missingIndicators: false,
      missingRules: ["x": .constant("1.5")]
    )
    let constant = try matrix(table, fit(table, options: options))
    #expect(constant[1] == constant[0])
    #expect(constant[1].count == 1)
  }

  @Test func missingCategoriesFollowTheirRule() throws {
    let table = try table("c,y\na,0\nb,1\nb,0\n,1\n")
    #expect(
      try matrix(table, fit(table))
        == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 1]]
    )
    let options = FeatureOptions(
      minimumCategoryRows: 1,
      missingRules: ["c": .constant("new")]
    )
    #expect(try matrix(table, fit(table, options: options))[3] == [0, 0, 1, 1])
  }

  @Test func missingValueAtScoringOnly() throws {
    let train = try table("x,c,y\n1.5,a,0\n2.5,b,1\n2.5,b,0\n")
    let scored = try Table(columns: [
      Column(name: "c", kind: .category, strings: [nil]),
      Column(name: "x", kind: .real, numbers: [.nan], missing: RowMask([0])),
    ])
    let transform = try fit(train)
    #expect(try matrix(scored, transform)[0] == matrix(train, transform)[1])
  }

  @Test func dictionaryOfOneString() throws {
    let transform = try fit(table("c,y\na,0\nb,1\nb,0\n"))
    let scored = try Table(columns: [
      Column(name: "c", kind: .category, strings: ["a", nil, "a"])
    ])
    // What is missing becomes the most frequent category, which is not the only one of this table.
    #expect(try matrix(scored, transform) == [[1, 0, 0], [0, 1, 0], [1, 0, 0]])
    let unknown = try Table(columns: [Column(name: "c", kind: .category, strings: ["z"])])
    #expect(try matrix(unknown, transform) == [[0, 0, 1]])
  }

  @Test func rareCategoriesShareTheUnknownSlot() throws {
    let table = try table("c,y\na,0\na,1\nb,0\n")
    let transform = try fit(table, options: FeatureOptions(minimumCategoryRows: 2))
    #expect(transform.featureNames == ["c=a", "c=(other)"])
    #expect(try matrix(table, transform) == [[1, 0], [1, 0], [0, 1]])
  }

  @Test func fewWholeNumbersAreCategories() throws {
    let text = "n,y\n" + (0..<60).map { "\([1, 2, 8][$0 % 3]),\($0 % 2)\n" }.joined()
    let table = try table(text)
    let transform = try fit(table)
    #expect(transform.featureNames == ["n=1", "n=2", "n=8", "n=(other)"])
    let unseen = try Table(columns: [Column(name: "n", kind: .integer, numbers: [8, 5])])
    #expect(try matrix(unseen, transform) == [[0, 0, 1, 0], [0, 0, 0, 1]])
    #expect(try fit(table, options: FeatureOptions(integersAsCategoriesUpTo: 0)).width == 1)
  }

  @Test func manyCategoriesAreHashed() throws {
    let text = "c,y\n" + (0..<200).map { "k\($0 % 20),\($0 % 2)\n" }.joined()
    let table = try table(text)
    let options = FeatureOptions(oneHotLimit: 10, hashBuckets: 8)
    let transform = try fit(table, options: options)
    let rows = try matrix(table, transform)
    #expect(transform.width == 8)
    #expect(rows.allSatisfy { $0.reduce(0, +) == 1 })
    #expect(rows[3] == rows[23])
    #expect(StableHash.hash("k3") == StableHash.hash("k3"))
    #expect(rows[3][Int(StableHash.hash("k3") % 8)] == 1)
  }

  @Test func timestampsBecomeCycles() throws {
    let table = try table("t,y\n1970-01-01T06:00,0\n1970-01-05T18:00,1\n")
    let rows = try matrix(table, fit(table))
    #expect(rows[0].count == 5)
    #expect(rows[0][0] == -1)
    #expect(rows[0][1] == 1 && rows[1][1] == -1)
    // The second row is a Monday, day 0 of the week.
    #expect(rows[1][3] == 0 && rows[1][4] == 1)
  }

  @Test func uselessColumnsAreLeftOutWithANote() throws {
    let text =
      "id,k,m,d,x,y\n" + (0..<80).map { "u\($0),7,,\($0),\($0).5,\($0 % 2)\n" }.joined()
    let transform = try fit(table(text), options: FeatureOptions(droppedColumns: ["d"]))
    #expect(transform.schema.columns.map(\.name) == ["x"])
    #expect(transform.notes.count == 4)
  }

  @Test func hugeNumbersStayFinite() throws {
    let train = try table("x,y\n1.5,0\n2.5,1\n")
    let scored = try Table(columns: [Column(name: "x", kind: .real, numbers: [1e300, -1e300])])
    #expect(try matrix(scored, fit(train)) == [[1000], [-1000]])
  }

  @Test func rowsDoNotDependOnTheirCompany() throws {
    var random = PhiloxSequence(seed: 11)
    let text =
      "x,c,n,t,y\n"
      + (0..<300).map { row in
        let x = random.next(below: 5) == 0 ? "" : "\(Double(random.next()) / 1e5)"
        return "\(x),k\(random.next(below: 9)),\(random.next(below: 6)),2026-01-0\(1 + row % 9),"
          + "\(row % 2)\n"
      }.joined()
    let table = try table(text)
    let transform = try fit(table)
    let encoder = FeatureEncoder(transform)
    let whole = try matrix(table, transform)
    let features = try encoder.features(of: table)
    for row in [0, 7, 299] {
      let alone = try encoder.features(of: table.selecting([row])).matrix()
      #expect(alone == whole[row])
      var pair = [Float](repeating: .nan, count: 2 * transform.width)
      var output = pair.mutableSpan
      features.write(rows: [row, 3], into: &output)
      #expect(pair == whole[row] + whole[3])
    }
  }

  @Test func transformSurvivesJSON() throws {
    let text =
      "x,c,n,t,b,y\n"
      + (0..<90).map {
        "\(Double($0) / 7),k\($0 % 3),\($0 % 4),2026-01-01T0\($0 % 9):00,\($0 % 5 == 0),\($0 % 2)\n"
      }.joined()
    let transform = try fit(table(text))
    let data = try JSONEncoder().encode(transform)
    let decoded = try JSONDecoder().decode(FeatureTransform.self, from: data)
    #expect(decoded == transform)
    #expect(decoded.schema.hash == transform.schema.hash)
  }
}
