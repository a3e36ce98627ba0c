import ApusServing
import ApusWire
import Testing

/// Event loops that are held up, as whoever watches the process sees them.
@Suite struct LoopFaultTests {
  @Test func aLoopThatIsHeldUpIsNamedUntilItTurns() async throws {
    try await TestServer.run({ $0.eventLoopThreads = 3 }) { test in
      #expect(await test.server.stalledLoops(within: .seconds(20)) == [])
      let raw = try RawClient(port: test.port)
      try raw.hello()
      raw.send(scoreFrame(test.info, rows: [FakeModel.blocking, 0, 0, 0], id: 2))
      try await eventually { test.model.calls.lastThread.hasPrefix("apus-loop") }
      let held = test.model.calls.lastThread.split(separator: "\n").map(String.init)
      try await eventually { await test.server.stalledLoops(within: .milliseconds(100)) == held }
      test.model.gate.open()
      #expect(try raw.receive()?.header.type == .scoreOK)
      #expect(await test.server.stalledLoops(within: .seconds(20)) == [])
    }
  }

  @Test func aServerThatDrainsIsNotTakenForAStuckOne() async throws {
    try await TestServer.run { test in
      await test.server.drain()
      #expect(await test.server.stalledLoops(within: .milliseconds(1)) == [])
      throw Drained()
    }
  }
}
