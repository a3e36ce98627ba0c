import ApusData
import Foundation
import Testing

@Suite("Tables in files")
struct TableCacheTests {
  /// A folder that is removed in the end.
  private final class Folder {
    let path = NSTemporaryDirectory() + "apus-cache-\(UUID().uuidString)"

    init() {
      try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: path + "/cache")) ?? []).sorted()
    }
  }

  private let folder = Folder()

  private var cache: TableCache { TableCache(folder.path + "/cache") }

  /// Writes a CSV file of each kind of column, with missing values, duplicates, quoted lines, a
  /// column that turns out to be text late, and one that has no value for long.
  private func file(rows: Int, extra: String = "") throws -> String {
    var text = "id,amount,country,seen,isNew,late,code\n"
    for row in 0..<rows {
      let country = ["NO", "\"a \"\"b\"\"\nc\"", "", "é"][row * 7 % 4]
      var line = "\(row),\(row % 13 == 0 ? "" : "\(Double(row * 31 % 101) / 4)"),\(country),"
      line += "2024-01-0\(1 + row % 9),\(row % 2 == 0),"
      line += "\(row < rows / 2 ? "" : "late \(row % 5)"),\(row == rows - 3 ? "x" : "\(row % 6)")\n"
      text += row % 50 == 0 ? line + line : line
    }
    let path = folder.path + "/rows.csv"
    try (text + extra).write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func table(
    _ path: String, _ fingerprint: String = "1", options: CSVOptions = CSVOptions()
  ) throws -> (CleanTable, notes: [String]) {
    var notes: [String] = []
    let table = try cache.table(csv: path, fingerprint: fingerprint, options: options) {
      notes.append($0)
    }
    return (table, notes)
  }

  @Test("a table from a file equals the one in memory, when it is made and when it is there")
  func equality() throws {
    // More rows than are written at a time.
    let path = try file(rows: 150_000)
    let expected = CleanTable(try Table(csv: path))
    #expect(expected.duplicatesDropped > 1000)
    for isFirst in [true, false] {
      let (found, notes) = try table(path)
      #expect(found.table == expected.table)
      #expect(found.duplicatesDropped == expected.duplicatesDropped)
      #expect(notes.isEmpty == !isFirst)
    }
    #expect(folder.names.count == 1, "nothing is left but the table: \(folder.names)")
  }

  @Test("a table of other data, or read in another way, is another table")
  func staleness() throws {
    _ = try table(try file(rows: 200))
    let longer = try file(rows: 200, extra: "7,1,NO,2024-01-01,true,,3\n")
    let (found, notes) = try table(longer, "2")
    #expect(found.table == CleanTable(try Table(csv: longer)).table)
    #expect(notes.count == 1 && notes[0].contains("the data are others now"))
    let kinds = CSVOptions(kinds: ["id": .category])
    #expect(try table(longer, "2", options: kinds).0.table.column(named: "id")?.kind == .category)
    #expect(folder.names.count == 2)
  }

  @Test("a damaged file is told of and made anew, wherever the damage is")
  func damage() throws {
    let path = try file(rows: 300)
    let expected = try table(path).0.table
    let file = cache.path(csv: path, options: CSVOptions())
    let whole = try Data(contentsOf: URL(filePath: file))
    var damaged = [Data(), whole.prefix(20), whole.prefix(whole.count / 2)]
    for place in stride(from: 3, to: whole.count, by: 997) + [30_000] where place < whole.count {
      var bytes = whole
      bytes[place] ^= 0x10
      damaged.append(bytes)
    }
    var isPadding = 0
    for bytes in damaged {
      // A new file of that name: the one that is mapped stays as it is.
      try bytes.write(to: URL(filePath: file), options: .atomic)
      let (found, notes) = try table(path)
      #expect(found.table == expected)
      // Between sections lie bytes that mean nothing.
      if notes.isEmpty { isPadding += 1 } else { #expect(notes[0].contains("is made anew: ")) }
      #expect(try notes.isEmpty || Data(contentsOf: URL(filePath: file)) == whole)
    }
    #expect(damaged.count > 12 && isPadding < 3, "\(damaged.count) files, \(isPadding) taken")
  }

  @Test("a fault in the data is told as without a file, and leaves nothing behind")
  func faults() throws {
    let path = try file(rows: 20, extra: "1,2\n")
    let expected = #expect(throws: DataError.self) { try Table(csv: path) }
    let found = #expect(throws: DataError.self) { try table(path) }
    #expect(found == expected && found?.line != nil)
    #expect(folder.names.isEmpty)
  }

  @Test("a folder that cannot be is an error that names it")
  func unwritable() throws {
    let path = try file(rows: 20)
    let error = #expect(throws: DataError.self) {
      try TableCache(path + "/cache").table(
        csv: path, fingerprint: "", options: CSVOptions(), note: { _ in })
    }
    #expect(error?.code == .unwritable && error?.file == path + "/cache")
  }

  @Test("a transform fitted in a bounded memory is the same")
  func boundedFitting() throws {
    let table = try table(try file(rows: 5000)).0.table
    let rows = (0..<table.rowCount).filter { $0 % 3 != 1 }
    let label = try Label(fitting: table, named: "isNew")
    let options = FeatureOptions(missingRules: ["code": .mostFrequent])
    func transform(_ limit: Int) throws -> FeatureTransform {
      try FeatureTransform(
        fitting: table, rows: rows, label: label, options: options, gatheredRowLimit: limit)
    }
    #expect(try transform(0) == transform(.max))
  }

  @Test("the median of numbers that are not gathered is exact")
  func median() throws {
    for (values, expected) in [
      ([3.0], 3.0), ([2, 1], 1.5), ([-1, -5, 4], -1), ([0.0, -0.0, 0], 0),
      ([1e100, -1e100, 1e-300, -1e-300, 2], 1e-300), ([7, 7, 7, 8], 7),
    ] {
      let numbers = values + values.map { _ in 100 }
      let table = try Table(columns: [
        Column(name: "x", kind: .real, numbers: numbers + [0], missing: RowMask([numbers.count])),
        Column(name: "y", kind: .boolean, numbers: numbers.indices.map { Double($0 % 2) } + [0]),
      ])
      let label = try Label(fitting: table, named: "y")
      let transform = try FeatureTransform(
        fitting: table, rows: Array(values.indices) + [numbers.count], label: label,
        options: FeatureOptions(), gatheredRowLimit: 0)
      #expect(transform.encoders[0].fill == .number(expected), "\(values)")
    }
  }
}
