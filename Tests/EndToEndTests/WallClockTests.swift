import Foundation
import Testing

/// A server whose time of day jumps by days while it works.
@Suite(.timeLimit(.minutes(2))) struct WallClockTests {
  @Test func `budgets and times of grace do not mind the time of day`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let server = try await ServerProcess(
      models: trained.models, environment: try JumpingClock.environment(in: workspace),
      in: workspace)
    let idle = try PlainConnection.greeted(port: server.port)
    let silent = try PlainConnection(port: server.port)
    let start = ContinuousClock.now

    let measured = try await Apus.run(
      [
        "bench", "--connect", server.address, "--check", "--json", "--no-floors", "--warm-up",
        "0", "--duration", "0.5", "--connections", "2", "--depth", "4",
      ], in: workspace)
    #expect(measured.exitCode == 0, "\(measured.errors)")
    let results = try #require(try measured.object()["results"] as? [String: [String: Any]])
    let scores = try #require(results["score"])
    let sent = try #require(scores["sent"] as? Int)
    #expect(sent > 10 && scores["answered"] as? Int == sent)
    #expect((scores["errors"] as? [String: Int])?.isEmpty == true)

    // Two seconds for HELLO are neither none nor days.
    #expect(silent.isClosed())
    #expect(start.duration(to: .now) > .seconds(1.5))
    #expect(try idle.isAlive())
    server.child.signal(SIGTERM)
    #expect(await server.child.exitCode() == 0)

    // The clock did jump: that is in the times of the log.
    let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let times = try server.errors(in: workspace).split(separator: "\n").compactMap { line in
      let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (entry?["time"] as? String).flatMap { try? Date($0, strategy: format) }
    }
    #expect(!times.isEmpty)
    for time in times {
      let distance = abs(time.timeIntervalSinceNow)
      #expect(abs(distance - Double(JumpingClock.seconds)) < 3600, "\(time)")
    }
  }
}
