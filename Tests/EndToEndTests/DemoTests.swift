import Foundation
import Testing

/// The demo, which runs every other command.
@Suite(.timeLimit(.minutes(2))) struct DemoTests {
  @Test func `it simulates, trains, evaluates, serves and scores`() async throws {
    let workspace = try Workspace()
    let outcome = try await Apus.run(
      ["demo", "--device", "cpu", "--keep", workspace.path("demo")], in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    for words in [
      "$ apus train", "$ apus evaluate", "$ apus serve", "the same bits", "exit code 0",
      "best possible", "a bare TCP echo", "rows/s", "device",
    ] { #expect(outcome.output.contains(words), "\(words) is not in: \(outcome.output)") }
    #expect(workspace.names(in: "demo/models/demo") == ["1"])
    #expect(workspace.names(in: "demo/shop").contains("truth.csv"))
  }

  @Test(arguments: ["\n", "\r\n"])
  func `it takes a file of the user's own`(lineEnd: String) async throws {
    let workspace = try Workspace()
    let csv = Visits.csv(rows: 600).replacingOccurrences(of: "\n", with: lineEnd)
    let repeated = csv.split(whereSeparator: \.isNewline).dropFirst(100).prefix(50)
    let data = try workspace.write(
      csv + repeated.joined(separator: lineEnd) + lineEnd, to: "visits.csv")
    let outcome = try await Apus.run(
      [
        "demo", "--data", data, "--label", "bought", "--device", "cpu", "--keep",
        workspace.path("demo"),
      ], in: workspace)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("the same bits"))
    #expect(outcome.output.contains("50 duplicates dropped"))

    // Every row is in one of the two parts, once.
    let (header, rows) = (
      csv.prefix(while: { !$0.isNewline }),
      Set(csv.split(whereSeparator: \.isNewline).dropFirst().map(String.init))
    )
    var found: Set<String> = []
    var count = 0
    for name in ["train.csv", "test.csv"] {
      let lines = try workspace.text("demo/\(name)").split(whereSeparator: \.isNewline)
      #expect(lines.first == header)
      count += lines.count - 1
      found.formUnion(lines.dropFirst().map(String.init))
    }
    #expect(found == rows)
    #expect(count == 600)
  }
}
