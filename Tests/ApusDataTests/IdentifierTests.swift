import ApusData
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Columns of text as identifiers: the numbers, worked out by hand, that a net looks up.
@Suite struct IdentifierTests {
  /// Fits column `c` of a table whose label `y` alternates.
  private func fit(
    _ values: [String?],
    _ form: String,
    rows: [Int]? = nil,
    configure: (inout FeatureOptions) -> Void = { _ in }
  ) throws -> (transform: FeatureTransform, table: Table) {
    let table = try Table(columns: [
      Column(name: "c", kind: .text, strings: values),
      Column(name: "y", kind: .boolean, numbers: values.indices.map { Double($0 % 2) }),
    ])
    var options = FeatureOptions(minimumCategoryRows: 1)
    let form: ColumnForm = try #require(ColumnForm(rawValue: form))
    options.forms["c"] = form
    configure(&options)
    let transform = try FeatureTransform(
      fitting: table, rows: rows ?? Array(values.indices),
      label: Label(fitting: table, named: "y"), options: options)
    return (transform, table)
  }

  private func rows(_ fitted: (transform: FeatureTransform, table: Table)) throws -> [[Float]] {
    let features = try FeatureEncoder(fitted.transform).features(of: fitted.table).matrix()
    let width = fitted.transform.width
    return stride(from: 0, to: features.count, by: width).map { Array(features[$0..<$0 + width]) }
  }

  @Test func aDictionaryCountsFromTheMostFrequent() throws {
    let fitted = try fit(["b", "a", "c", "b", nil, "d", "c", "b"], "identifier")
    // b three times, c twice, a and d once: equals in byte order.
    #expect(try rows(fitted) == [[1], [3], [2], [1], [-1], [4], [2], [1]])
    #expect(
      fitted.transform.fields
        == [FeatureField(name: "c", columns: 0..<1, kind: .identifiers(vocabulary: 5))])
    #expect(fitted.transform.schema.columns[0].missingRule == .nothing)
    #expect(fitted.transform.featureNames == ["c"])
  }

  @Test func rareAndUnseenValuesAreUnknown() throws {
    let fitted = try fit(["b", "b", "a", "new", "b"], "identifier", rows: [0, 1, 2]) {
      $0.minimumCategoryRows = 2
    }
    #expect(try rows(fitted) == [[1], [1], [0], [0], [1]])
  }

  @Test func onlyTrainingRowsMakeTheDictionary() throws {
    let fitted = try fit(["a", "b", "z", "z", "z"], "identifier", rows: [0, 1])
    #expect(try rows(fitted) == [[1], [2], [0], [0], [0]])
  }

  @Test func hashesAreTheSameEverywhere() throws {
    let fitted = try fit(["a", "b", nil, "a", "unseen"], "hashed-identifier", rows: [0, 1]) {
      $0.identifierBuckets = 1000
    }
    // FNV-1a with the mixer of SplitMix64, computed by an independent program.
    #expect(try rows(fitted) == [[736], [821], [-1], [736], [199]])
    #expect(fitted.transform.fields[0].kind == .identifiers(vocabulary: 1000))
  }

  @Test func aLongDictionaryIsHashed() throws {
    let fitted = try fit(["a", "b", "c"], "identifier") { $0.dictionaryLimit = 2 }
    #expect(fitted.transform.fields[0].kind == .identifiers(vocabulary: 1024))
  }

  @Test func manyCategoriesAreEmbeddedWhereTheNetCan() throws {
    let values = (0..<12).map { "v\($0 % 4)" }
    let table = try Table(columns: [
      Column(name: "c", kind: .category, strings: values),
      Column(name: "y", kind: .boolean, numbers: values.indices.map { Double($0 % 2) }),
    ])
    func kind(limit: Int, embeds: Bool) throws -> FeatureField.Kind {
      try FeatureTransform(
        fitting: table, rows: Array(values.indices), label: Label(fitting: table, named: "y"),
        options: FeatureOptions(
          oneHotLimit: limit, minimumCategoryRows: 1, embedsCategories: embeds)
      ).fields[0].kind
    }
    #expect(try kind(limit: 3, embeds: true) == .identifiers(vocabulary: 5))
    #expect(try kind(limit: 4, embeds: true) == .numeric)
    #expect(try kind(limit: 3, embeds: false) == .numeric)
  }

  /// 100 values that come six times, and as many rows of values that come once each, or nine times
  /// as many.
  @Test func textIsEmbeddedOrLeftOutByItself() throws {
    func transform(unique: Int, embeds: Bool = true) throws -> FeatureTransform {
      let values = (0..<600).map { "user \($0 % 100)" } + (0..<unique).map { "guest \($0)" }
      let table = try Table(columns: [
        Column(name: "user", kind: .text, strings: values),
        Column(name: "x", kind: .integer, numbers: values.indices.map { Double($0 % 3) }),
        Column(name: "y", kind: .boolean, numbers: values.indices.map { Double($0 % 2) }),
      ])
      return try FeatureTransform(
        fitting: table, rows: Array(values.indices), label: Label(fitting: table, named: "y"),
        options: FeatureOptions(embedsCategories: embeds))
    }
    let embedded = try transform(unique: 600)
    #expect(embedded.fields.map(\.kind) == [.identifiers(vocabulary: 101), .numeric])
    #expect(
      embedded.notes == ["user: 1 of 101 identifiers by whole, for it has many categories"])
    let distinct = "user: left out, it is text with mostly distinct values, and no form was"
    #expect(try transform(unique: 601).notes == [distinct + " declared for it"])
    #expect(try transform(unique: 600, embeds: false).notes == [distinct + " declared for it"])
    let reason = try transform(unique: 60_000).notes
    #expect(
      reason == ["user: left out, nearly each of its values is another, as with an order's number"])
  }

  @Test func aBagIsPaddedAndKeepsTheFirstTokens() throws {
    let fitted = try fit(["b|a", "b", nil, "b|a|c|d"], "bag:|") { $0.tokenLimit = 3 }
    // b 3, a 2, c and d 1.
    #expect(
      try rows(fitted) == [[1, 2, -1], [1, -1, -1], [-1, -1, -1], [1, 2, 3]])
    #expect(fitted.transform.fields[0].kind == .identifiers(vocabulary: 5))
    #expect(fitted.transform.featureNames == ["c[0]", "c[1]", "c[2]"])
  }

  @Test func aSequenceKeepsTheNewest() throws {
    let fitted = try fit(["b|a", "b", "b|a|c|d|zzz"], "sequence:|", rows: [0, 1]) {
      $0.tokenLimit = 3
    }
    #expect(try rows(fitted) == [[1, 2], [1, -1], [0, 0]])
    #expect(fitted.transform.fields[0].kind == .sequence(vocabulary: 3))
  }

  @Test func aTextKeepsItsFirstWords() throws {
    let fitted = try fit(["Red shoes", "red HATS, red hats!"], "sequence:words") {
      $0.tokenLimit = 3
    }
    #expect(try rows(fitted) == [[1, 3, -1], [1, 2, 1]])
  }

  @Test func theStatedShareOfRowsFits() throws {
    // 19 values of one token and one of four: 95 % have one.
    let values = (0..<19).map { _ in "a" } + ["a|b|c|d"]
    #expect(try fit(values, "bag:|").transform.width == 1)
    #expect(try fit(values, "bag:|") { $0.tokenShare = 0.951 }.transform.width == 4)
  }

  @Test func aSeparatorIsFound() throws {
    let fitted = try fit(["a b;c", "c;a b", "x"], "bag")
    // "a b" and c twice, x once.
    #expect(try rows(fitted) == [[1, 2], [2, 1], [3, -1]])
  }

  @Test func slotsSayWhichTokensAreThere() throws {
    let fitted = try fit(["b|a", "b|b", nil, "zebra|b"], "multi-hot:|", rows: [0, 1, 2])
    #expect(fitted.transform.featureNames == ["c=(other)", "c=b", "c=a"])
    #expect(try rows(fitted) == [[0, 1, 1], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    #expect(fitted.transform.fields[0].kind == .numeric)
  }

  @Test func aMissingValueMayBeFilledIn() throws {
    let fitted = try fit(["b|a", nil, "b"], "bag:|") { $0.missingRules["c"] = .constant("a|b") }
    #expect(try rows(fitted) == [[1, 2], [2, 1], [1, -1]])
  }

  @Test(arguments: ["identifier", "bag:|", "sequence:words", "multi-hot:|", "hashed-bag:|"])
  func aRequestGivesTheBitsOfATable(form: String) throws {
    let values: [String?] = ["b|a", "b", nil, "a|c|zebra", "C"]
    let fitted = try fit(values, form, rows: [0, 1, 2])
    let encoder = try FeatureEncoder(
      JSONDecoder().decode(
        FeatureTransform.self, from: JSONEncoder().encode(fitted.transform)))
    #expect(encoder.transform == fitted.transform)
    let expected = try rows(fitted)
    for (row, value) in values.enumerated() {
      let column = Column(name: "c", kind: .text, strings: [value])
      var features = [Float](repeating: 9, count: 2 * encoder.width)
      var output = features.mutableSpan
      try encoder.write(rowCount: 2, into: &output) { _ in
        FeatureEncoder.Values(column.storage, missing: column.missing)
      }
      #expect(features == expected[row] + expected[row], "row \(row)")
    }
  }

  @Test func faultsAreTyped() throws {
    func code(_ body: () throws -> Void) -> DataError.Code? {
      do { try body() } catch { return (error as? DataError)?.code }
      return nil
    }
    #expect(
      code { _ = try fit(["a", "b"], "bag") { $0.missingRules["c"] = .median } }
        == .invalidOption)
    #expect(
      code { _ = try fit(["a", "b"], "bag") { $0.forms["none"] = ColumnForm(.bag) } }
        == .missingColumn)
    #expect(
      code {
        _ = try fit(["a", "b"], "bag") {
          $0.forms["y"] = nil; $0.minimumCategoryRows = 3
        }
      }
        == .noFeatures)
    let numbers = try table("x,y\n1,0\n2,1\n3,0\n")
    #expect(
      code {
        _ = try FeatureTransform(
          fitting: numbers, rows: [0, 1, 2], label: Label(fitting: numbers, named: "y"),
          options: FeatureOptions(forms: ["x": ColumnForm(.identifier)]))
      } == .invalidOption)
    #expect(
      code {
        _ = try FeatureTransform(
          fitting: numbers, rows: [0, 1, 2], label: Label(fitting: numbers, named: "y"),
          options: FeatureOptions(missingRules: ["x": .nothing]))
      } == .invalidOption)
  }
}
