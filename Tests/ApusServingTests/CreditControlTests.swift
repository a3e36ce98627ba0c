import ApusServing
import ApusWire
import NIOCore
import Testing

/// The credit of a connection while the queue of the scoring threads fills and empties.
@Suite struct CreditControlTests {
  private let full = Credit(requests: 100, rows: 1000, bytes: 10_000)

  private func control() -> CreditControl {
    CreditControl(full: full, rowsPerRequest: 50, bodyLength: 468)
  }

  @Test func aFullQueueHalvesWhatIsInFlight() {
    var control = control()
    let used = Credit(requests: 9, rows: 400, bytes: 4000)
    #expect(control.replied(used: used, queueFill: 0.499) == nil)
    #expect(
      control.replied(used: used, queueFill: 0.5) == Credit(requests: 5, rows: 200, bytes: 2000))
    // What was sent before the client knew says nothing.
    for _ in 0..<9 { #expect(control.replied(used: used, queueFill: 1) == nil) }
    let less = Credit(requests: 4, rows: 120, bytes: 1500)
    #expect(
      control.replied(used: less, queueFill: 1) == Credit(requests: 2, rows: 60, bytes: 750))
  }

  @Test func oneRequestOfTheGreatestSizeAlwaysFits() {
    var control = control()
    let least = Credit(requests: 1, rows: 50, bytes: 500)
    #expect(control.replied(used: Credit(), queueFill: 1) == least)
    #expect(control.replied(used: Credit(), queueFill: 1) == nil)
    // Where less was granted than such a request takes, that stays granted.
    let small = Credit(requests: 3, rows: 20, bytes: 300)
    var narrow = CreditControl(full: small, rowsPerRequest: 50, bodyLength: 468)
    #expect(
      narrow.replied(used: Credit(), queueFill: 1) == Credit(requests: 1, rows: 20, bytes: 300))
  }

  @Test func anEmptyQueueDoublesItUpToAll() {
    var control = control()
    _ = control.replied(used: Credit(), queueFill: 1)
    #expect(control.replied(used: Credit(), queueFill: 0.125) == nil)
    var last = control.current
    var steps = 0
    while let next = control.replied(used: Credit(), queueFill: 0.1) {
      #expect(next.requests == min(2 * last.requests, full.requests) && last.fits(in: next))
      last = next
      steps += 1
    }
    // 1, 2, 4, ... 64, 100.
    #expect(last == full && steps == 7)
  }

  @Test func aClientThatAskedIsSlowedDownAndLetGoAgain() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.scoringThreads = 1
      $0.waitingRequestLimit = 8
    }) { test in
      let raw = try RawClient(port: test.port)
      let granted = try raw.hello(features: .credit).credit
      let deaf = try RawClient(port: test.port)
      try deaf.hello()
      let rows: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 10))
      try await eventually { test.model.calls.count == 1 }
      deaf.send(scoreFrame(test.info, rows: rows, rowCount: 2, id: 10))
      try await eventually { test.server.waiting.requests == 1 }
      for id in UInt64(11)...18 {
        raw.send(scoreFrame(test.info, rows: rows, rowCount: 2, id: id))
      }
      // The last one is too much, with eight of its own in flight.
      #expect(try raw.receive()?.header.type == .error)
      let lowered = try Credit(decoding: try #require(try raw.receive()).body)
      #expect(lowered.requests == 4 && lowered.rows == WireLimits.defaultRowsPerRequest)
      test.model.gate.open()
      for _ in 10...17 { #expect(try raw.receive()?.header.type == .scoreOK) }

      // Little is in flight from here on, until all of it may be again.
      var last = lowered
      var id: UInt64 = 100
      while last != granted {
        try #require(id < 1000, "the credit stays at \(last)")
        raw.send(scoreFrame(test.info, rows: rows, rowCount: 2, id: id))
        #expect(try raw.receive()?.header.correlationID == id)
        raw.send(Ping(number: 1), id: id)
        let next = try #require(try raw.receive())
        if next.header.type == .credit {
          let credit = try Credit(decoding: next.body)
          #expect(next.header.correlationID == 0 && last.fits(in: credit) && credit != last)
          last = credit
          #expect(try raw.receive()?.header.type == .pong)
        }
        id += 1
      }
      // Who did not ask hears of nothing.
      deaf.send(Ping(number: 1), id: 11)
      let answers = [try deaf.receive(), try deaf.receive()].map { $0?.header.type }
      #expect(answers == [.scoreOK, .pong])
    }
  }
}
