import ApusClient
import ApusServing
import ApusWire
import Logging
import NIOCore
import Synchronization
import Testing

/// What the protocol offers beside scores, through a real server and the real client.
@Suite struct ServerFeatureTests {
  private static let rows: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]

  @Test func timingAndTraceComeBack() async throws {
    try await TestServer.run { test in
      let trace = TraceID(rawValue: 0xABCD)
      let reply = try await test.healthy.score(
        model: test.info, rows: Self.rows, rowCount: 2,
        options: RequestOptions(timing: true, traceID: trace))
      #expect(reply.scores == [10, 26])
      #expect(reply.extensions.traceID == trace)
      let timing = try #require(reply.extensions.timing)
      #expect(timing.batchRows == 2 && timing.device == .cpu)
      #expect(timing.totalNanoseconds >= timing.computeNanoseconds)
      #expect(timing.computeNanoseconds > 0)
      let plain = try await test.healthy.score(model: test.info, rows: Self.rows, rowCount: 2)
      #expect(plain.extensions == Extensions())
    }
  }

  @Test(arguments: [RequestOptions(noBatch: true), RequestOptions(bulk: true)])
  func classesGetTheSameScores(options: RequestOptions) async throws {
    try await TestServer.run { test in
      let reply = try await test.healthy.score(
        model: test.info, rows: Self.rows, rowCount: 2, options: options)
      #expect(reply.scores == [10, 26])
      let thread = test.model.calls.lastThread
      #expect(thread.hasPrefix(options.bulk ? "apus-score" : "apus-loop"), "\(thread)")
    }
  }

  @Test(arguments: [0, 1, 2, 5])
  func itemsAreRankedAsTheyWouldBeScored(top: Int) async throws {
    try await TestServer.run { test in
      let user: [Float] = [1, 2]
      let items: [Float] = [3, 4, 30, 40, 0, 0, 3, 4]
      let reply = try await test.healthy.rank(
        model: test.info, shared: user.span, items: items.span, itemCount: 4, top: top)
      // Items 0 and 3 are alike: the first of them comes first.
      let order = [1, 0, 3, 2]
      let scores: [Float] = [73, 10, 10, 3]
      let count = top == 0 ? 4 : min(top, 4)
      #expect(reply.items == Array(order.prefix(count)))
      #expect(reply.scores == Array(scores.prefix(count)))
    }
  }

  @Test func rawColumnsOfAUserAreShared() async throws {
    try await TestServer.run { test in
      let columns = [
        RawColumn(values: .numbers([40])), RawColumn(values: .booleans([true])),
        RawColumn(values: .categories(dictionary: ["a", "bbb"], codes: [1, 0, 1])),
        RawColumn(values: .numbers([1, 2, 3])),
      ]
      let reply = try await test.healthy.rank(
        model: test.info, columns: columns, isShared: [true, true, false, false])
      #expect(reply.items == [2, 0, 1])
      #expect(reply.scores == [146, 144, 143])
    }
  }

  @Test func embeddingsAreExtracted() async throws {
    try await TestServer.run(model: FakeModel(embeddingWidth: 3)) { test in
      let reply = try await test.healthy.extract(
        model: test.info, rows: Self.rows.span, rowCount: 2)
      #expect(reply.scores == [1, 2, 3, 8, 9, 10])
      let other = try await test.healthy.modelInfo("other")
      let error = await #expect(throws: ClientError.self) {
        try await test.healthy.extract(model: other, rows: Self.rows.span, rowCount: 2)
      }
      #expect(error?.wireError?.code == .badInput)
    }
  }

  @Test func aCancelledRequestIsAnsweredAndNotScored() async throws {
    try await TestServer.run({
      $0.inlineRowLimit = 1
      $0.scoringThreads = 1
    }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello(features: [.cancel])
      let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]
      raw.send(scoreFrame(test.info, rows: slow, rowCount: 2, id: 9))
      try await eventually { test.model.calls.count == 1 }
      raw.send(scoreFrame(test.info, rows: Self.rows, rowCount: 2, id: 10))
      raw.send(Cancel(), id: 10)
      raw.send(Cancel(), id: 10)
      raw.send(Cancel(), id: 77)
      let reply = try #require(try raw.receive())
      #expect(reply.header.correlationID == 10)
      #expect(try WireError(decoding: reply.body) == .cancelled)
      test.model.gate.open()
      #expect(try raw.receive()?.header.correlationID == 9)
      #expect(test.model.calls.count == 1)
    }
  }

  @Test func clientsHearOfAChangedModel() async throws {
    let pushes = Mutex<[Push]>([])
    let catalog = ModelCatalog([FakeModel()])
    let server = try await Server.start(ServerConfiguration(), catalog: catalog)
    var configuration = ClientConfiguration.patient
    configuration.onPush = { push in pushes.withLock { $0.append(push) } }
    let client = try await Client.connect(
      host: "127.0.0.1", port: server.address.port ?? 0, configuration: configuration)
    let info = try await client.modelInfo("sum")
    catalog.replace(with: [FakeModel(version: "2", digest: 5)])
    try await eventually { pushes.withLock { !$0.isEmpty } }
    let push = try #require(pushes.withLock { $0.first })
    #expect(push.kind == .modelChanged && push.route == info.handle)
    // The route leads to the new version, and the reply says so.
    let reply = try await client.score(model: info, rows: [1, 2, 3, 4], rowCount: 1)
    #expect(reply.model == push.artifact)
    await client.close()
    await server.drain()
  }

  @Test(arguments: LatencyMode.allCases)
  func everyLatencyModeServes(mode: LatencyMode) async throws {
    try await TestServer.run({
      $0.latencyMode = mode
      $0.eventLoopThreads = 1
    }) { test in
      for _ in 0..<100 { try await test.checkHealthy() }
    }
  }

  @Test func aSocketOfTheFileSystemServesTheSame() async throws {
    let path = "/tmp/apus-\(UInt64.random(in: .min ... .max)).sock"
    for _ in 0..<2 {
      // The second time its file is there already, as after a crash.
      try await TestServer.run({ $0.unixPath = path }) { test in
        let client = try await Client.connect(
          to: .unix(path: path), configuration: .patient)
        let reply = try await client.score(model: test.info, rows: Self.rows, rowCount: 2)
        #expect(reply.scores == [10, 26])
        await client.close()
      }
    }
  }

  @Test func aRowsBitsDoNotDependOnTheLoad() async throws {
    try await TestServer.run { test in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<8 {
          group.addTask {
            for step in 0..<50 {
              let count = 1 + (task * 7 + step) % 40
              let rows = (0..<count * 4).map { Float($0 + task) }
              let reply = try await test.healthy.score(
                model: test.info, rows: rows, rowCount: count,
                options: RequestOptions(noBatch: step % 3 == 0, bulk: step % 5 == 0))
              let expected = (0..<count).map { rows[4 * $0..<4 * $0 + 4].reduce(0, +) }
              #expect(reply.scores == expected)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
