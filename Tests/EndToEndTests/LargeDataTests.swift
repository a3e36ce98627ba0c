import Foundation
import Testing

/// Data larger than memory trains from its cache, with the bits that it would have in memory.
@Suite(.timeLimit(.minutes(2))) struct LargeDataTests {
  /// Little text, many features: a row is 36 bytes in the file and 2.9 kB encoded.
  private static let (columns, categories) = (12, 60)
  /// Enough for the program and for what each row takes, not for the features of the rows.
  private static let memoryLimitMiB = 200

  private static func csv(rows: Int) -> String {
    var text = (0..<columns).map { "c\($0)" }.joined(separator: ",") + ",y\n"
    var state = UInt64(7)
    for row in 0..<rows {
      for _ in 0..<columns {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += "v\((state >> 33) % UInt64(categories)),"
      }
      text += row % 3 == 0 ? "yes\n" : "no\n"
    }
    return text
  }

  private static func arguments(_ data: String, _ output: String) -> [String] {
    [
      "train", "--data", data, "--label", "y", "--output", output, "--hidden", "none",
      "--epochs", "1", "--batch-size", "512", "--device", "cpu", "--threads", "1",
    ]
  }

  @Test func `a table that memory cannot hold trains from its cache to the same bits`() async throws
  {
    let workspace = try Workspace()
    let rows = 120_000
    let data = try workspace.write(Self.csv(rows: rows), to: "rows.csv")
    func train(
      _ name: String, cached: Bool, limit: Int?
    ) async throws -> Apus.Outcome {
      try await Apus.run(
        Self.arguments(data, workspace.path(name))
          + (cached ? ["--cache", workspace.path("cache")] : []),
        memoryLimitMiB: limit, in: workspace)
    }
    let inMemory = try await train("memory", cached: false, limit: nil)
    #expect(inMemory.exitCode == 0, "\(inMemory.errors)")
    let failed = try await train("failed", cached: false, limit: Self.memoryLimitMiB)
    #expect(failed.exitCode != 0, "the limit holds for the table in memory")
    let first = try await train("first", cached: true, limit: Self.memoryLimitMiB)
    #expect(first.exitCode == 0 && first.errors.contains("once into"), "\(first.errors)")
    let second = try await train("second", cached: true, limit: Self.memoryLimitMiB)
    #expect(second.exitCode == 0 && !second.errors.contains("once into"), "\(second.errors)")
    let expected = try workspace.bytes("memory/1/weights.safetensors")
    for name in ["first", "second"] {
      #expect(try workspace.bytes("\(name)/1/weights.safetensors") == expected)
    }
    #expect(workspace.names(in: "cache").count == 1, "features are not left behind")
  }
}
