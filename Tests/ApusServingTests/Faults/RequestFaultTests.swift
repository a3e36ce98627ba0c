import ApusServing
import ApusWire
import NIOCore
import Testing

/// Requests that are taken back, that are late, or that a drain finds waiting.
@Suite struct RequestFaultTests {
  private static let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]

  private func error(_ frame: Frame?) throws -> WireError {
    try WireError(decoding: try #require(frame).body)
  }

  @Test func aRequestThatWaitsIsTakenBackAtOnce() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.scoringThreads = 1
    }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello(features: .cancel)
      raw.send(scoreFrame(test.info, rows: Self.slow, rowCount: 2, id: 10))
      try await eventually { test.model.calls.count == 1 }
      raw.send(scoreFrame(test.info, rows: Self.slow, rowCount: 2, id: 11))
      raw.send(Cancel(), id: 11)
      let cancelled = try #require(try raw.receive())
      #expect(cancelled.header.correlationID == 11)
      #expect(try error(cancelled) == .cancelled)
      #expect(test.server.waiting.requests == 0)
      // Its number is free again, and one that is in nobody's flight means nothing.
      raw.send(Cancel(), id: 11)
      raw.send(scoreFrame(test.info, rows: [1, 2, 3, 4], id: 11))
      let reply = try #require(try raw.receive())
      #expect(try ScoreReply(decoding: reply.body).scores == [10])
      test.model.gate.open()
      #expect(try raw.receive()?.header.correlationID == 10)
    }
  }

  @Test func whoeverWinsARaceWithCancelEachRequestHasOneReply() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello(features: .cancel)
      var scored = 0
      for round in 0..<20 {
        let ids = (0..<50).map { UInt64(100 + round * 50 + $0) }
        var frames = ByteBuffer()
        for id in ids {
          frames.writeImmutableBuffer(
            scoreFrame(test.info, rows: [1, 2, 3, 4, 5, 6, 7, 8], rowCount: 2, id: id))
          if id % 3 != 0 { Cancel().encode(into: &frames, correlationID: id) }
        }
        raw.send(frames)
        var open = Set(ids)
        while !open.isEmpty {
          let reply = try #require(try raw.receive())
          #expect(open.remove(reply.header.correlationID) != nil)
          if reply.header.type == .scoreOK {
            #expect(try ScoreReply(decoding: reply.body).scores == [10, 26])
            scored += 1
          } else {
            #expect(try error(reply) == .cancelled)
            #expect(reply.header.correlationID % 3 != 0)
          }
        }
      }
      #expect(scored >= 20 * 16)
      raw.send(Ping(number: 7), id: 7)
      #expect(try raw.receive()?.header.type == .pong)
    }
  }

  @Test func aBudgetBelowTheCostIsRefusedAtAdmission() async throws {
    var model = FakeModel()
    model.multiplyAddsPerRow = 20_000_000
    for inlineNanoseconds in [0, 1_000_000_000] {
      try await TestServer.run({ $0.inlineNanoseconds = inlineNanoseconds }, model: model) {
        test in
        let raw = try RawClient(port: test.port)
        try raw.hello()
        let calls = test.model.calls.count
        raw.send(scoreFrame(test.info, rows: [1, 2, 3, 4], id: 10, budgetMicroseconds: 100))
        let refused = try error(try raw.receive())
        #expect(refused.code == .deadline && refused.text == DeadlineText.admission)
        #expect(refused.retryAfterMilliseconds > 0)
        #expect(test.model.calls.count == calls)
      }
    }
  }

  @Test func aBudgetThatRunsOutBetweenPiecesStopsTheWork() async throws {
    var model = FakeModel()
    // Pieces have 64 rows.
    model.multiplyAddsPerRow = 400_000
    try await TestServer.run({ $0.scoringThreads = 1 }, model: model) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      var rows = [Float](repeating: 1, count: 300 * 4)
      rows[0] = FakeModel.blocking
      raw.send(
        scoreFrame(test.info, rows: rows, rowCount: 300, id: 10, budgetMicroseconds: 300_000))
      try await eventually { test.model.calls.count == 1 }
      // It is told when the budget of the first is over too.
      raw.send(
        scoreFrame(test.info, rows: rows, rowCount: 300, id: 11, budgetMicroseconds: 300_000))
      let queued = try #require(try raw.receive())
      #expect(queued.header.correlationID == 11)
      #expect(try error(queued).text == DeadlineText.queue)
      test.model.gate.open()
      let computed = try #require(try raw.receive())
      #expect(computed.header.correlationID == 10)
      #expect(try error(computed).text == DeadlineText.compute)
      #expect(test.model.calls.count == 1)
    }
  }

  @Test func aDrainAnswersAFullQueue() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.scoringThreads = 1
      $0.drainTimeout = .seconds(20)
    }) { test in
      let clients = try (0..<4).map { _ in try RawClient(port: test.port) }
      try clients[0].hello()
      clients[0].send(scoreFrame(test.info, rows: Self.slow, rowCount: 2, id: 9))
      try await eventually { test.model.calls.count == 1 }
      for (index, raw) in clients.enumerated() {
        if index > 0 { try raw.hello() }
        for id in 10..<20 {
          let rows: [Float] = [Float(id), 0, 0, 0, 0, 0, 0, Float(index)]
          raw.send(scoreFrame(test.info, rows: rows, rowCount: 2, id: UInt64(id)))
        }
      }
      try await eventually { test.server.waiting.requests == 40 }
      async let drained: Void = test.server.drain()
      for raw in clients {
        let goAway = try #require(try raw.receive())
        #expect(try GoAway(decoding: goAway.body).reason == .shutdown)
        raw.send(scoreFrame(test.info, rows: [1, 2, 3, 4], id: 20))
        #expect(try error(try raw.receive()) == .draining)
      }
      test.model.gate.open()
      for (index, raw) in clients.enumerated() {
        var open = Set((index == 0 ? 9 : 10)..<20)
        while !open.isEmpty {
          let reply = try #require(try raw.receive())
          let id = Int(reply.header.correlationID)
          #expect(open.remove(id) != nil)
          #expect(
            try ScoreReply(decoding: reply.body).scores
              == (id == 9 ? [FakeModel.blocking, 4] : [Float(id), Float(index)]))
        }
        #expect(try raw.receive() == nil)
      }
      await drained
      #expect(test.server.connectionCount == 0)
      throw Drained()
    }
  }
}

/// The texts of the stages in which a budget can run out.
private enum DeadlineText {
  static let admission = WireError.deadline(.admission).text
  static let queue = WireError.deadline(.queue).text
  static let compute = WireError.deadline(.compute).text
}
