import ApusClient
import ApusServing
import ApusWire
import NIOCore
import Testing

/// A real server over loopback, with clients that keep to the protocol.
@Suite struct ServerTests {
  @Test func listsDescribesAndScores() async throws {
    try await TestServer.run { test in
      let list = try await test.healthy.modelList()
      #expect(list.map(\.name) == ["other", "sum"])
      #expect(list[1].handle == test.info.handle)
      #expect(test.info.handle.isRoute)
      #expect(test.info.columns == test.model.info.columns)

      let reply = try await test.healthy.score(
        model: test.info,
        columns: [
          .numbers([1, nil, 3]), .booleans([true, false, nil]),
          .categories(["March", nil, "May"]), .numbers([0, nil, -0.0]),
        ]
      )
      #expect(reply.scores == [106, 0, 6])
      #expect(reply.model.rawValue == 0x0101_0101)
    }
  }

  @Test(arguments: [1, 63, 64, 65, 1000, 8192])
  func everyBatchSizeInlineAndPooled(_ rowCount: Int) async throws {
    try await TestServer.run { test in
      let rows = (0..<rowCount * 4).map { Float($0 % 97) }
      let reply = try await test.healthy.score(model: test.info, rows: rows, rowCount: rowCount)
      #expect(
        reply.scores == (0..<rowCount).map { row in rows[row * 4..<row * 4 + 4].reduce(0, +) }
      )
    }
  }

  @Test func typedErrorsOfRequestsLeaveTheConnectionAlone() async throws {
    try await TestServer.run { test in
      let client = test.healthy
      func refusal(_ model: ModelInfo, _ rows: [Float], _ rowCount: Int = 1) async -> WireError? {
        await #expect(throws: ClientError.self) {
          try await client.score(model: model, rows: rows, rowCount: rowCount)
        }?.wireError
      }
      #expect(await refusal(test.info, [1, 2, .nan, 4]) == .notFinite(row: 0, column: 2))
      #expect(
        await refusal(test.info, [1, 2, 3, 4, 5, 6, 7, -.infinity], 2)
          == .notFinite(row: 1, column: 3)
      )
      #expect(await refusal(test.info, [1, 2, 3])?.code == .badInput)
      #expect(
        await refusal(test.info, [-FakeModel.blocking, 0, 0, 0]) == ScoringError.device.wireError
      )
      var other = test.info
      other.schemaHash += 1
      #expect(await refusal(other, [1, 2, 3, 4]) == .schemaMismatch)
      other = test.info
      other.handle = ModelHandle(rawValue: 4711)
      #expect(await refusal(other, [1, 2, 3, 4]) == .unknownModel)

      let noModel = await #expect(throws: ClientError.self) { try await client.modelInfo("no") }
      #expect(noModel?.wireError == .unknownModel)
      let wrongKind = await #expect(throws: ClientError.self) {
        try await client.score(
          model: test.info,
          columns: [.numbers([1]), .numbers([1]), .categories(["a"]), .numbers([1])]
        )
      }
      #expect(wrongKind?.wireError?.column == 1)
      #expect(wrongKind?.wireError?.code == .badInput)
      for number in [0.5, -0x1p53 - 2] {
        let notWhole = await #expect(throws: ClientError.self) {
          try await client.score(
            model: test.info,
            columns: [
              .numbers([1, 1, 1]), .booleans([true, true, true]), .categories(["a", "a", "a"]),
              .numbers([nil, 0x1p53, number]),
            ]
          )
        }
        #expect(
          notWhole?.wireError
            == .badInput("a value is not a whole number of at most 2^53", row: 2, column: 3)
        )
      }
    }
  }

  @Test func rowsWhoseScoreIsNotFiniteFailAlone() async throws {
    try await TestServer.run { test in
      let huge = Float.greatestFiniteMagnitude
      let reply = try await test.healthy.score(
        model: test.info,
        rows: [1, 1, 1, 1, huge, huge, huge, huge, 2, 2, 2, 2],
        rowCount: 3
      )
      #expect(reply.scores == [4, 0, 8])
      #expect(reply.failures == [nil, .internal, nil])
    }
  }

  @Test(arguments: [1, 1000])
  func repliesThatFillTheChannelAreSentOnce(_ rowCount: Int) async throws {
    // Each reply crosses the limit and is written at once: writing it calls the handler back.
    try await TestServer.run({ $0.outboundLimit = 1024 }, model: FakeModel(outputWidth: 512)) {
      test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let rows = [Float](repeating: 1, count: rowCount * 4)
      for id in 10..<20 {
        raw.send(scoreFrame(test.info, rows: rows, rowCount: rowCount, id: UInt64(id)))
        let reply = try #require(try raw.receive())
        #expect(reply.header.correlationID == UInt64(id))
        let scores = try ScoreReply(decoding: reply.body).scores
        #expect(scores == [Float](repeating: 4, count: rowCount * 512))
      }
      throw Drained()
    }
  }

  @Test(
    arguments: [
      (64, 1, true, true), (1024, 1, true, true), (1025, 1, true, false),
      (64, 20_000, true, false), (64, 1, false, false),
    ] as [(Int, Int, Bool, Bool)]
  )
  func onlySmallWorkOfTheCPUStaysOnTheEventLoop(
    rowCount: Int,
    multiplyAddsPerRow: Int,
    isOnCPU: Bool,
    stays: Bool
  ) async throws {
    var model = FakeModel()
    model.multiplyAddsPerRow = multiplyAddsPerRow
    model.isOnCPU = isOnCPU
    try await TestServer.run(model: model) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let rows = [Float](repeating: 1, count: rowCount * 4)
      raw.send(scoreFrame(test.info, rows: rows, rowCount: rowCount, id: 10))
      #expect(try raw.receive()?.header.type == .scoreOK)
      let prefix = stays ? "apus-loop" : "apus-score"
      #expect(test.model.calls.lastThread.hasPrefix(prefix), "\(test.model.calls.lastThread)")
    }
  }

  @Test func repliesOvertakeEachOther() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 10))
      raw.send(scoreFrame(test.info, rows: [1, 2, 3, 4], id: 11))
      #expect(try raw.receive()?.header.correlationID == 11)
      test.model.gate.open()
      let late = try #require(try raw.receive())
      #expect(late.header.correlationID == 10)
      #expect(try ScoreReply(decoding: late.body).scores == [FakeModel.blocking, 4])
    }
  }

  @Test func budgetThatRunsOutInTheQueueIsNotScored() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.scoringThreads = 1
    }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 10))
      try await eventually { test.model.calls.count == 1 }
      let rows: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
      raw.send(scoreFrame(test.info, rows: rows, rowCount: 2, id: 11, budgetMicroseconds: 5000))
      // It is told while the thread that could score it is still busy.
      let late = try #require(try raw.receive())
      #expect(late.header.correlationID == 11)
      #expect(try WireError(decoding: late.body) == .deadline(.queue, retryAfterMilliseconds: 1))
      test.model.gate.open()
      #expect(try raw.receive()?.header.type == .scoreOK)
      #expect(test.model.calls.count == 1)
    }
  }

  @Test func moreLargeRequestsThanMayWaitAreRefused() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.scoringThreads = 1
      $0.waitingRequestLimit = 2
    }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 9))
      try await eventually { test.model.calls.count == 1 }
      for id in 10..<13 { raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: UInt64(id))) }
      let refused = try #require(try raw.receive())
      #expect(refused.header.correlationID == 12)
      let error = try WireError(decoding: refused.body)
      #expect(error.code == .overloaded && error.retryAfterMilliseconds > 0)
      test.model.gate.open()
      for _ in 0..<3 { #expect(try raw.receive()?.header.type == .scoreOK) }
    }
  }

  @Test func halfClosedConnectionGetsItsReplies() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 10))
      raw.send(scoreFrame(test.info, rows: [1, 2, 3, 4], id: 11))
      raw.closeSending()
      #expect(try raw.receive()?.header.correlationID == 11)
      test.model.gate.open()
      #expect(try raw.receive()?.header.correlationID == 10)
      #expect(try raw.receive() == nil)
    }
  }

  @Test func halfClosedConnectionGetsMoreRepliesThanTheChannelHolds() async throws {
    try await TestServer.run(
      {
        $0.outboundLimit = 64 << 10
        $0.writeTimeout = .seconds(20)
      },
      model: FakeModel(outputWidth: 10_000)
    ) { test in
      let raw = try RawClient(port: test.port, receiveBufferLength: 64 << 10)
      try raw.hello()
      var frames = ByteBuffer()
      for id in 0..<400 {
        frames.writeImmutableBuffer(
          scoreFrame(test.info, rows: [1, 2, 3, 4], id: UInt64(id + 10))
        )
      }
      raw.send(frames)
      raw.closeSending()
      for id in 0..<400 {
        let reply = try #require(try raw.receive(), "reply \(id) is missing")
        #expect(reply.header.correlationID == UInt64(id + 10))
      }
      #expect(try raw.receive() == nil)
      throw Drained()
    }
  }

  @Test func slowReaderGetsItsLastRepliesAfterTheLingerTime() async throws {
    try await TestServer.run(
      {
        $0.lingerTimeout = .milliseconds(1)
        $0.writeTimeout = .seconds(20)
        $0.bodyLength = WireLimits.hardBodyLength
      },
      model: FakeModel(outputWidth: 1000)
    ) { test in
      let raw = try RawClient(port: test.port, receiveBufferLength: 64 << 10, bodyLength: 64 << 20)
      try raw.hello()
      let rows = [Float](repeating: 1, count: 4096 * 4)
      raw.send(scoreFrame(test.info, rows: rows, rowCount: 4096, id: 10))
      raw.closeSending()
      // The reply has begun when its first byte is there; the rest does not fit the channel.
      raw.waitForBytes()
      try await Task.sleep(for: .milliseconds(50))
      let reply = try #require(try raw.receive())
      #expect(try ScoreReply(decoding: reply.body).scores.count == 4096 * 1000)
      throw Drained()
    }
  }

  @Test func drainFinishesWhatIsInFlightAndRefusesWhatIsNew() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.drainTimeout = .seconds(20)
    }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 10))
      raw.send(Ping(number: 1), id: 11)
      #expect(try raw.receive()?.header.type == .pong)
      // What waits beside it would be scored together with it, and wait for the gate too.
      try await eventually { test.model.calls.count == 1 }
      try await test.checkHealthy()
      test.server.beginDrain()
      let goAway = try #require(try raw.receive())
      #expect(try GoAway(decoding: goAway.body).reason == .shutdown)
      raw.send(scoreFrame(test.info, rows: [1, 2, 3, 4], id: 12))
      let refused = try #require(try raw.receive())
      #expect(refused.header.correlationID == 12)
      #expect(try WireError(decoding: refused.body) == .draining)
      test.model.gate.open()
      #expect(try raw.receive()?.header.correlationID == 10)
      #expect(try raw.receive() == nil)
      await test.server.drain()
      #expect(test.server.connectionCount == 0)
      #expect(throws: RawClient.Failure.self) { try RawClient(port: test.port) }
      throw Drained()
    }
  }

  @Test func portInUseIsATypedError() async throws {
    try await TestServer.run { test in
      let error = await #expect(throws: ServerError.self) {
        try await Server.start(ServerConfiguration(port: test.port), catalog: ModelCatalog())
      }
      #expect(error?.code == .cannotListen)
      #expect(error?.message.contains("127.0.0.1:\(test.port)") == true)
    }
  }

  @Test func catalogChangesWhileServing() async throws {
    let catalog = ModelCatalog([FakeModel("a", digest: 1)])
    let server = try await Server.start(ServerConfiguration(), catalog: catalog)
    let client = try await Client.connect(host: "127.0.0.1", port: server.address.port ?? 0)
    let first = try await client.modelInfo("a")
    catalog.replace(with: [FakeModel("a", digest: 2)])
    let second = try await client.modelInfo("a")
    #expect(first.handle == second.handle && first.digest != second.digest)
    let reply = try await client.score(model: first, rows: [1, 2, 3, 4], rowCount: 1)
    #expect(reply.scores == [10] && reply.model.rawValue == 0x0202_0202)
    var gone = first
    gone.handle = ModelHandle(rawValue: 0x0101_0101)
    let error = await #expect(throws: ClientError.self) {
      try await client.score(model: gone, rows: [1, 2, 3, 4], rowCount: 1)
    }
    #expect(error?.wireError == .unknownModel)
    await client.close()
    await server.drain()
  }
}

/// Ends a test whose server is gone on purpose.
struct Drained: Error {}
