import Foundation
import Testing

/// What runs cost on each device, as the command line shows it.
@Suite(.timeLimit(.minutes(2))) struct CostTests {
  private static let rows = [1, 8, 32, 256, 4096, 65_536]

  @Test func `costs of a model are predicted and measured on every device`() async throws {
    let trained = try await TrainedModel.shared()
    let outcome = try await Apus.run(
      ["inspect", "--cost", "--json", trained.model], in: Workspace())
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let report = try outcome.object()
    #expect(report["model"] as? String == "visits")
    let devices = try #require(report["devices"] as? [[String: Any]])
      .compactMap { $0["selector"] as? String }
    #expect(devices.first == "cpu")
    let table = try #require(report["table"] as? [[String: Any]])
    #expect(table.compactMap { $0["rows"] as? Int } == Self.rows)
    for row in table {
      let costs = try #require(row["costs"] as? [[String: Any]])
      #expect(costs.compactMap { $0["device"] as? String } == devices)
      var cheapest = (device: "", microseconds: Double.infinity)
      for cost in costs {
        let device = try #require(cost["device"] as? String)
        let predicted = try #require(cost["predictedMicroseconds"] as? Double)
        let measured = try #require(cost["measuredMicroseconds"] as? Double)
        let rate = try #require(cost["rowsPerSecond"] as? Double)
        let count = try #require(row["rows"] as? Int)
        #expect(predicted > 0 && measured > 0)
        #expect(abs(rate * measured / (Double(count) * 1e6) - 1) < 1e-6)
        if predicted < cheapest.microseconds { cheapest = (device, predicted) }
      }
      #expect(row["choice"] as? String == cheapest.device)
    }
  }

  @Test func `the table of costs has a line for each batch size and device`() async throws {
    let trained = try await TrainedModel.shared()
    let outcome = try await Apus.run(["inspect", "--cost", trained.model], in: Workspace())
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
    for rows in Self.rows {
      let chosen = lines.filter { $0.first == "\(rows)" && $0.contains("*") }
      #expect(chosen.count == 1, "\(rows) rows")
      #expect(lines.contains { $0.first == "\(rows)" && $0.dropFirst().first == "cpu" })
    }
  }

  @Test func `tuning says nothing of a CPU, which has no kernels to choose`() async throws {
    let outcome = try await Apus.run(
      ["devices", "--tune", "--device", "cpu", "--json"], in: Workspace())
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let report = try outcome.object()
    #expect((report["tuning"] as? [Any])?.isEmpty == true)
  }
}
