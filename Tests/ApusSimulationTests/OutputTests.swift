import ApusSimulation
import FoundationEssentials
import Testing

@Suite struct OutputTests {
  private func simulate(into path: String, seed: UInt64 = 1) throws -> ShopSummary {
    let configuration = try ShopConfiguration(users: 20, days: 5, seed: seed)
    return try ShopSimulation(configuration).write(to: path)
  }

  private func contents(of folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func `makes missing parents and leaves nothing else behind`() throws {
    try withTemporaryFolder { folder in
      let output = folder.appending(path: "a/b/shop")
      _ = try simulate(into: output.path)
      #expect(try contents(of: output) == Shop.fileNames)
      #expect(try contents(of: output.deletingLastPathComponent()) == ["shop"])
    }
  }

  @Test func `fills an empty folder and replaces an earlier simulation`() throws {
    try withTemporaryFolder { folder in
      let output = folder.appending(path: "shop")
      try FileManager.default.createDirectory(at: output, withIntermediateDirectories: false)
      _ = try simulate(into: output.path + "/", seed: 1)
      let first = try Data(contentsOf: output.appending(path: "sessions.csv"))
      let second = try simulate(into: output.path, seed: 2)
      #expect(second.seed == 2)
      #expect(try Data(contentsOf: output.appending(path: "sessions.csv")) != first)
      #expect(try contents(of: folder) == ["shop"])
    }
  }

  @Test(arguments: ["notes.txt", "summary.json"])
  func `refuses a folder that holds anything else`(name: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: name)
      try Data("{}".utf8).write(to: file)
      let error = #expect(throws: SimulationError.self) { try simulate(into: folder.path) }
      #expect(error?.code == .outputOccupied)
      #expect(error?.message.contains(folder.lastPathComponent) == true)
      #expect(try contents(of: folder) == [name])
      #expect(try Data(contentsOf: file) == Data("{}".utf8))
    }
  }

  @Test func `refuses a file`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "shop")
      try Data("mine".utf8).write(to: file)
      let error = #expect(throws: SimulationError.self) { try simulate(into: file.path) }
      #expect(error?.code == .outputOccupied)
      #expect(try contents(of: folder) == ["shop"])
    }
  }

  @Test func `says where it cannot write`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "file")
      try Data().write(to: file)
      let error = #expect(throws: SimulationError.self) { try simulate(into: file.path + "/shop") }
      #expect(error?.code == .fileSystem)
      #expect(error?.message.contains("Not a directory") == true)
      #expect(try contents(of: folder) == ["file"])
    }
  }

  @Test(arguments: [(0, 5, 80), (20, 0, 80), (20, 3_651, 80), (20, 5, 7), (10_000_001, 5, 80)])
  func `refuses sizes that cannot be simulated`(users: Int, days: Int, items: Int) {
    let error = #expect(throws: SimulationError.self) {
      try ShopConfiguration(users: users, days: days, items: items, seed: 1)
    }
    #expect(error?.code == .invalidConfiguration)
  }
}
