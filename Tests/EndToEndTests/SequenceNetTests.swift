import Foundation
import Testing

/// Nets over sequences, from a CSV file to a sealed model and its figures.
///
/// The label says whether `view` comes before `cart` in a path that has one of each: the tokens
/// alone say nothing, their order says all.
@Suite(.timeLimit(.minutes(2))) struct SequenceNetTests {
  private static let header = "day,path,pages,label\n"

  /// Lines of days from 1 on, as many for each.
  private static func lines(days: Range<Int>, perDay: Int) -> String {
    var state: UInt64 = 7
    func below(_ limit: Int) -> Int {
      // SplitMix64 (Steele, Lea, Flood 2014).
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((bits ^ bits >> 31) % UInt64(limit))
    }
    var text = ""
    for day in 0..<days.upperBound {
      for row in 0..<perDay {
        var path = (0..<below(4) + 1).map { _ in ["home", "search", "help"][below(3)] }
        path.insert("view", at: below(path.count + 1))
        let view = path.firstIndex(of: "view") ?? 0
        let cart = below(path.count + 1)
        path.insert("cart", at: cart)
        let line =
          "\(day),\(path.joined(separator: " ")),\(below(100)).\(row),\(view < cart ? 1 : 0)\n"
        if days.contains(day) { text += line }
      }
    }
    return text
  }

  private static let options = [
    "--epochs", "12", "--learning-rate", "0.01", "--embedding-width", "8", "--hidden", "16",
    "--validation", "0", "--test", "0.25", "--split", "time:day", "--threads", "1", "--device",
    "cpu", "--json",
  ]

  private static func train(
    _ net: String, columns: String, in workspace: Workspace
  ) async throws -> Apus.Outcome {
    let rows = header + lines(days: 0..<8, perDay: 150)
    let arguments = [
      "train", "--data", try workspace.write(rows, to: "paths.csv"), "--label", "label", "--output",
      workspace.path("models/paths"), "--net", net, "--columns", columns,
    ]
    let units = net == "mlp" ? [] : ["--sequence-units", "16"]
    return try await Apus.run(arguments + units + options, in: workspace)
  }

  private static func metrics(
    _ outcome: Apus.Outcome, _ part: String
  ) throws -> [String: Double] {
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    return try #require(outcome.object()[part] as? [String: Any]).compactMapValues { $0 as? Double }
  }

  @Test(arguments: ["gru", "lstm", "text-cnn", "transformer"])
  func `a net of sequences learns an order, and is evaluated as it was tested`(
    _ net: String
  ) async throws {
    let workspace = try Workspace()
    let trained = try await Self.train(net, columns: "path=sequence:space", in: workspace)
    let found = try Self.metrics(trained, "test")
    #expect(found["auc"] ?? 0 > 0.97, "\(net)")

    let newest = try workspace.write(
      Self.header + Self.lines(days: 6..<8, perDay: 150), to: "newest.csv")
    let evaluated = try await Apus.run(
      [
        "evaluate", "--model", workspace.path("models/paths"), "--data", newest, "--device", "cpu",
        "--json",
      ], in: workspace)
    let again = try Self.metrics(evaluated, "metrics")
    #expect(again["auc"] == found["auc"])
    #expect(again["logLoss"] != nil && again["logLoss"] == found["logLoss"])
  }

  @Test func `a bag of the same tokens learns nothing of it`() async throws {
    let workspace = try Workspace()
    let trained = try await Self.train("mlp", columns: "path=bag:space", in: workspace)
    #expect(try Self.metrics(trained, "test")["auc"] ?? 1 < 0.6)
  }

  @Test func `a net of sequences without one says how a column becomes one`() async throws {
    let workspace = try Workspace()
    let trained = try await Self.train("gru", columns: "path=bag:space", in: workspace)
    #expect(trained.exitCode == 65)
    #expect(trained.errorLines.last?.contains("--columns items=sequence") == true)
    #expect(workspace.names(in: "models").isEmpty)
  }
}
