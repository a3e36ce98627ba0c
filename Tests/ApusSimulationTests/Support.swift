import ApusSimulation
import FoundationEssentials
import Testing

/// Gives a test a folder of its own and removes it afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "apus-simulation-\(UUID().uuidString)", directoryHint: .isDirectory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// The files of one simulation, read back.
struct Shop {
  static let fileNames = [
    "campaigns.csv", "events.csv", "items.csv", "sessions.csv", "summary.json", "truth.csv",
    "users.csv",
  ]

  let summary: ShopSummary
  let files: [String: Data]

  /// Runs a simulation and reads what it wrote.
  init(users: Int = 300, days: Int = 20, items: Int = 80, seed: UInt64 = 1) throws {
    let configuration = try ShopConfiguration(users: users, days: days, items: items, seed: seed)
    (summary, files) = try withTemporaryFolder { folder in
      let output = folder.appending(path: "shop")
      let summary = try ShopSimulation(configuration)
        .write(to: output.path(percentEncoded: false))
      var files: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: output.path) {
        files[name] = try Data(contentsOf: output.appending(path: name))
      }
      return (summary, files)
    }
  }

  /// Returns a file as a table.
  func table(_ name: String) throws -> Table {
    Table(try #require(files[name + ".csv"]))
  }
}

/// A CSV file without quotes, split into fields.
struct Table {
  let columns: [String]
  let rows: [[String]]

  init(_ text: Data) {
    var lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    columns = lines.removeFirst()
    rows = lines
  }

  /// Returns the fields of one column.
  func column(_ name: String) throws -> [String] {
    let index = try #require(columns.firstIndex(of: name))
    return rows.map { row in row[index] }
  }

  /// Returns the fields of one column as numbers; all must be numbers.
  func numbers(_ name: String) throws -> [Double] {
    try column(name).map { field in try #require(Double(field)) }
  }
}
