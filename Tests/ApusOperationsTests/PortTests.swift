import ApusOperations
import ApusServing
import Logging
import Testing

@Suite struct PortTests {
  @Test func thePageIsOneDocumentThatLoadsNothing() async throws {
    try await HTTP.run(FakeSource()) { http in
      let reply = await http.get("/")
      #expect(reply.status == 200 && reply.body.hasPrefix("<!doctype html>"))
      #expect(reply.head.contains("default-src 'none'") && reply.head.contains("no-store"))
      for word in ["src=", "@import", "<link", "url(", "innerHTML", "//cdn"] {
        #expect(!reply.body.contains(word), "\(word)")
      }
      let addresses = reply.body.matches(of: /https?:\/\/[^"]*/).map { String($0.output) }
      #expect(addresses == ["http://www.w3.org/2000/svg"], "the name of SVG, which is not loaded")
    }
  }

  @Test func theStatusIsJSON() async throws {
    try await HTTP.run(FakeSource(models: [FakeSource.model(named: "visits")])) { http in
      let reply = await http.get("/status")
      #expect(reply.status == 200 && reply.head.contains("application/json"))
      #expect(reply.json["uptimeSeconds"] as? Double == 12.25)
      let models = try #require(reply.json["models"] as? [[String: Any]])
      #expect(models.first?["canaryPercent"] as? Double == 2.5)
    }
  }

  @Test func otherPathsAndMethodsAreNotThere() async throws {
    try await HTTP.run(FakeSource()) { http in
      #expect(await http.get("/models/../../etc/passwd").status == 404)
      #expect(await http.get("/nothing").status == 404)
      let head = await http.send("HEAD /livez HTTP/1.1\r\nHost: x.1\r\nConnection: close\r\n\r\n")
      #expect(head.status == 421)
      let post = await http.send(
        "POST /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      #expect([404, 405].contains(post.status))
    }
  }

  @Test(arguments: [
    ("127.0.0.1", 200), ("127.0.0.1:7412", 200), ("localhost:80", 200), ("[::1]:9", 200),
    ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421),
  ])
  func aPageOfSomebodyElseCannotRead(host: String, status: Int) async throws {
    try await HTTP.run(FakeSource()) { http in
      #expect(await http.get("/status", host: host).status == status)
    }
  }

  @Test func whatIsTooLongOrTooSlowIsCutOff() async throws {
    try await HTTP.run(
      FakeSource(),
      {
        $0.idleTimeout = .seconds(1)
        $0.headLength = 2048
      },
      body: { http in
        let long = String(repeating: "a", count: 8192)
        let head = await http.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nx: \(long)\r\n\r\n")
        #expect(head.status != 200 && head.text != "silence")
        let half = await http.send("GET /livez HTTP/1.1\r\nHost: loc")
        #expect(half.text.isEmpty)
        let body = await http.send(
          "GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc")
        #expect(body.text != "silence")
        let garbage = await http.send("\u{0}\u{1}\r\n\r\n")
        #expect(garbage.status != 200 && garbage.text != "silence")
        #expect(await http.get("/livez").status == 200)
      })
  }

  @Test func aPortThatIsTakenIsAnErrorThatSaysSo() async throws {
    try await HTTP.run(FakeSource()) { http in
      let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let error = await #expect(throws: OperationsError.self) {
        _ = try await OperationsServer.start(
          OperationsConfiguration(port: http.port), source: FakeSource(), log: log)
      }
      #expect(error?.code == .cannotListen && error?.message.contains("\(http.port)") == true)
    }
  }
}
