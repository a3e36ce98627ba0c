import ApusData
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct SchemaTests {
  private func transform() throws -> FeatureTransform {
    let table = try table("n,c,b,y\n1.5,a,true,0\n2.5,b,false,1\n3.5,b,true,0\n")
    return try FeatureTransform(
      fitting: table,
      rows: [0, 1, 2],
      label: Label(fitting: table, named: "y"),
      options: FeatureOptions(minimumCategoryRows: 1)
    )
  }

  /// Writes a file for one test and removes it afterwards.
  @discardableResult
  private func withFile<Result>(
    _ text: String,
    _ body: (String) throws -> Result
  ) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/apus-data-\(UUID()).csv"
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test func fileIsReadWithTheKindsOfTheSchema() throws {
    let schema = try transform().schema
    let table = try withFile("extra,b,c,n\nzz,1,7,4\n?,0,8,5\n") {
      try Table(csv: $0, schema: schema)
    }
    #expect(table.columnNames == ["b", "c", "n"])
    #expect(table.columns.map(\.kind) == [.boolean, .category, .real])
  }

  @Test(arguments: [
    ("n,c,b\n1,a,true\nabc,a,true\n", DataError.Code.wrongKind, 3 as Int?, "n"),
    ("n,c,b\n1,a,true\n1e999,a,true\n", .nonFinite, 3, "n"),
    ("n,c,b\nInf,a,true\n", .nonFinite, 2, "n"),
    ("n,c\n1,a\n", .missingColumn, nil, "\"b\""),
  ]) func faultNamesThePlace(
    text: String,
    code: DataError.Code,
    line: Int?,
    mention: String
  ) throws {
    let schema = try transform().schema
    try withFile(text) { path in
      #expect {
        try Table(csv: path, schema: schema)
      } throws: { error in
        guard let error = error as? DataError else { return false }
        return error.code == code && error.line == line && "\(error)".contains(path)
          && "\(error)".contains(mention)
      }
    }
  }

  @Test func typedColumnsAreChecked() throws {
    let encoder = FeatureEncoder(try transform())
    func columns(_ n: Double, codes: [UInt32] = [0]) throws -> Table {
      try Table(columns: [
        Column(name: "n", kind: .real, numbers: [n]),
        Column(name: "c", kind: .category, dictionary: ["a"], codes: codes),
        Column(name: "b", kind: .boolean, numbers: [1]),
      ])
    }
    _ = try encoder.features(of: columns(1))
    for (bad, code) in [
      (try columns(.nan), DataError.Code.nonFinite), (try columns(.infinity), .nonFinite),
      (try columns(1, codes: [1]), .wrongKind),
    ] {
      #expect {
        try encoder.features(of: bad)
      } throws: { error in
        (error as? DataError)?.code == code && (error as? DataError)?.row == 0
      }
    }
    let strings = try Table(columns: [
      Column(name: "n", kind: .category, strings: ["1"]),
      Column(name: "c", kind: .category, strings: ["a"]),
      Column(name: "b", kind: .boolean, numbers: [1]),
    ])
    #expect(throws: DataError.self) { try encoder.features(of: strings) }
  }

  @Test func hashCoversEveryPart() throws {
    let schema = try transform().schema
    #expect(schema.hash == schema.hash)
    let first = schema.columns[0]
    let variants = [
      Schema(columns: Array(schema.columns.reversed()), label: schema.label),
      Schema(columns: Array(schema.columns.dropLast()), label: schema.label),
      Schema(
        columns: [.init(name: first.name, kind: .integer, missingRule: first.missingRule)]
          + schema.columns.dropFirst(),
        label: schema.label
      ),
      Schema(
        columns: [.init(name: first.name, kind: first.kind, missingRule: .constant("0"))]
          + schema.columns.dropFirst(),
        label: schema.label
      ),
    ]
    #expect(Set(variants.map(\.hash) + [schema.hash]).count == 5)
  }

  @Test(arguments: [MissingRule.median, .mostFrequent, .constant(""), .constant("a:b")])
  func missingRuleIsText(rule: MissingRule) {
    #expect(MissingRule(rawValue: rule.rawValue) == rule)
  }
}
