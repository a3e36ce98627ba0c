import Foundation
import FoundationNetworking
import Testing

/// What an operator sees of a running server.
@Suite(.timeLimit(.minutes(2))) struct OperationsTests {
  private func get(_ path: String, of server: ServerProcess) async throws -> (Int, String) {
    let url = try #require(URL(string: path, relativeTo: URL(string: server.http ?? "")))
    let (data, response) = try await URLSession.shared.data(from: url)
    return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
  }

  @Test func `a running server answers operators`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let server = try await ServerProcess(
      models: trained.models, options: ["--http", "0", "--name", "shop"], in: workspace)

    let (status, ready) = try await get("/readyz", of: server)
    #expect(status == 200 && ready.contains("\"state\":\"ready\""), "\(ready)")
    #expect(ready.contains("\"device\":\"cpu\"") && ready.contains("\"passed\":true"))
    let (_, page) = try await get("/", of: server)
    #expect(page.contains("<!doctype html>"))
    let (_, metrics) = try await get("/metrics", of: server)
    #expect(metrics.contains("apus_info{name=\"shop\",version="))
    #expect(metrics.contains("apus_version_percent{model=\"visits\",version=\"1\"} 100\n"))

    #expect(await server.stop() == 0)
    let lines = try server.errors(in: workspace).split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let started = try #require(lines.first { $0["message"] as? String == "serving" })
    #expect(started["models"] as? String == trained.models && started["name"] as? String == "shop")
    #expect(lines.contains { $0["message"] as? String == "draining" })
    #expect(lines.allSatisfy { $0["time"] != nil && $0["level"] != nil && $0["label"] != nil })
  }

  @Test func `a version that cannot serve is told`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    let models = workspace.folder.appending(path: "models")
    try FileManager.default.copyItem(at: URL(filePath: trained.models), to: models)
    let server = try await ServerProcess(
      models: models.path(), options: ["--http", "0"], in: workspace)
    // Named as the second version, and sealed as the first.
    let visits = models.appending(path: "visits")
    try FileManager.default.copyItem(
      at: visits.appending(path: "1"), to: visits.appending(path: "2"))
    var answer = (status: 0, text: "")
    for _ in 0..<200 where !answer.text.contains("visits 2 is refused") {
      try await Task.sleep(for: .milliseconds(50))
      answer = try await get("/readyz", of: server)
    }
    #expect(answer.text.contains("visits 2 is refused"), "\(answer.text)")
    #expect(answer.status == 200 && answer.text.contains("\"state\":\"degraded\""))
    #expect(await server.stop() == 0)
  }

  @Test func `a token is made with its line`() async throws {
    let outcome = try await Apus.run(
      ["token", "--identifier", "shop", "--scopes", "score,admin"], in: Workspace())
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.wholeMatch(of: /[0-9a-f]{64}\n/) != nil)
    #expect(outcome.errors.wholeMatch(of: /shop score,admin [0-9a-f]{64}\n/) != nil)
    let wrong = try await Apus.run(
      ["token", "--identifier", "shop", "--scopes", "fly"], in: Workspace())
    #expect(wrong.exitCode == 64 && wrong.errors.contains("score, decide, admin, train"))
  }
}
