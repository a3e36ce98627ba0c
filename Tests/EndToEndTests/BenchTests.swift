import Foundation
import Testing

/// `apus bench` on a real server.
@Suite(.timeLimit(.minutes(2))) struct BenchTests {
  @Test(arguments: [
    ["--connections", "2", "--processes", "2", "--depth", "4"],
    ["--poisson", "500", "--connections", "2"],
    ["--raw", "--rows-per-frame", "3"],
    ["--rows", "DATA", "--rows-per-frame", "7", "--io", "block"],
  ])
  func `each request gets its own answer, beside ping and echo`(options: [String]) async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let server = try await ServerProcess(models: trained.models, in: workspace)
    let measured = try await Apus.run(
      [
        "bench", "--connect", server.address, "--model", "visits", "--check", "--json",
        "--warm-up", "0.1", "--duration", "0.2",
      ] + options.map { $0 == "DATA" ? trained.data : $0 }, in: workspace)
    #expect(measured.exitCode == 0, "\(measured.errors)")
    let results = try #require(try measured.object()["results"] as? [String: [String: Any]])
    #expect(results.keys.sorted() == ["echo", "ping", "score"])
    for (subject, result) in results {
      let sent = try #require(result["sent"] as? Int)
      #expect(sent > 10 && result["answered"] as? Int == sent, "\(subject)")
      #expect(result["lost"] as? Int == 0 && result["mismatched"] as? Int == 0, "\(subject)")
      #expect((result["errors"] as? [String: Int])?.isEmpty == true, "\(subject)")
      let latency = try #require(result["latency"] as? [String: Double])
      #expect(try #require(latency["p50"]) > 1, "\(subject)")
      #expect(try #require(latency["p99"]) >= #require(latency["p50"]), "\(subject)")
    }
    let processes = options.contains("--processes") ? 2 : 1
    #expect(results["score"]?["processes"] as? Int == processes)
    #expect(await server.stop() == 0)
  }

  @Test func `people read rates, latencies and ratios`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let server = try await ServerProcess(models: trained.models, in: workspace)
    let measured = try await Apus.run(
      ["bench", "--connect", server.address, "--warm-up", "0", "--duration", "0.1"], in: workspace)
    #expect(measured.exitCode == 0, "\(measured.errors)")
    for words in ["model visits", "score: ", "ping: ", "echo: ", "score over echo: p50", "0 lost"] {
      #expect(measured.output.contains(words), "\(words)")
    }
    #expect(await server.stop() == 0)
  }

  @Test func `a server that is not there is named`() async throws {
    let workspace = try Workspace()
    let measured = try await Apus.run(["bench", "--connect", "127.0.0.1:1"], in: workspace)
    #expect(measured.exitCode == 69)
    #expect(measured.errorLines.count == 1)
    #expect(measured.errors.contains("127.0.0.1:1"))
  }
}
