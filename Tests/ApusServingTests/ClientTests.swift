import ApusClient
import ApusServing
import ApusWire
import NIOCore
import Testing

/// The client against a real server: pipelining, time, loss and return.
@Suite struct ClientTests {
  private static let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]

  @Test func aThousandRequestsAtOnceGetTheirOwnAnswers() async throws {
    try await TestServer.run { test in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<1000 {
          group.addTask {
            // Some are large enough for the scoring threads, so that replies overtake each other.
            let rowCount = index % 10 == 0 ? 200 : 1
            let rows = [Float](repeating: Float(index), count: rowCount * 4)
            let reply = try await test.healthy.score(
              model: test.info,
              rows: rows,
              rowCount: rowCount
            )
            return reply.scores == [Float](repeating: Float(index * 4), count: rowCount)
          }
        }
        var right = 0
        for try await isRight in group where isRight { right += 1 }
        #expect(right == 1000)
      }
      #expect(test.server.connectionCount == 1)
    }
  }

  @Test func staysWithinASmallCredit() async throws {
    try await TestServer.run({
      $0.credit = Credit(requests: 2, rows: 5, bytes: 1000)
      $0.inlineRowLimit = 1
    }) { test in
      try await withThrowingTaskGroup(of: [Float].self) { group in
        for _ in 0..<200 {
          group.addTask {
            try await test.healthy.score(
              model: test.info,
              rows: [1, 2, 3, 4, 5, 6, 7, 8],
              rowCount: 2
            ).scores
          }
        }
        for try await scores in group { #expect(scores == [10, 26]) }
      }
      let error = await #expect(throws: ClientError.self) {
        try await test.healthy.score(
          model: test.info,
          rows: [Float](repeating: 0, count: 24),
          rowCount: 6
        )
      }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test func runsOnTheConnectionThread() async throws {
    try await TestServer.run { test in
      let sum = try await test.healthy.onConnectionThread {
        var sum: Float = 0
        for index in 0..<100 {
          let reply = try await test.healthy.score(
            model: test.info,
            rows: [Float(index), 0, 0, 0],
            rowCount: 1
          )
          sum += reply.scores[0]
        }
        return sum
      }
      #expect(sum == 4950)
    }
  }

  @Test func timeoutLeavesTheConnectionAlone() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let client = try await Client.connect(
        host: "127.0.0.1",
        port: test.port,
        configuration: .patient
      )
      let error = await #expect(throws: ClientError.self) {
        try await client.score(
          model: test.info,
          rows: Self.slow,
          rowCount: 2,
          timeout: .milliseconds(100)
        )
      }
      #expect(error?.code == .timeout)
      #expect(error?.isRetryable == true)
      try await client.ping()
      test.model.gate.open()
      try await client.ping()
      #expect(test.server.connectionCount == 2)
      await client.close()
      let closed = await #expect(throws: ClientError.self) { try await client.ping() }
      #expect(closed?.code == .closed)
    }
  }

  @Test func cancellationLetsTheTaskGoAtOnce() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let task = Task {
        try await test.healthy.score(model: test.info, rows: Self.slow, rowCount: 2)
      }
      while test.model.calls.count == 0 { await Task.yield() }
      task.cancel()
      let error = await #expect(throws: ClientError.self) { try await task.value }
      #expect(error?.code == .cancelled)
      // One that is cancelled before it begins does not wait either.
      let early = Task {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return try await test.healthy.score(model: test.info, rows: Self.slow, rowCount: 2)
      }
      let earlyError = await #expect(throws: ClientError.self) { try await early.value }
      #expect(earlyError?.code == .cancelled)
      test.model.gate.open()
    }
  }

  @Test func nobodyListens() async throws {
    let server = try await Server.start(ServerConfiguration(), catalog: ModelCatalog())
    let port = server.address.port ?? 0
    await server.drain()
    var configuration = ClientConfiguration.patient
    configuration.firstBackoff = .milliseconds(1)
    let error = await #expect(throws: ClientError.self) {
      try await Client.connect(host: "127.0.0.1", port: port, configuration: configuration)
    }
    #expect(error?.code == .connectFailed)
    #expect(error?.message.contains("127.0.0.1:\(port)") == true)
  }

  @Test func laterRequestWithAShorterTimeoutIsLateInTime() async throws {
    let server = try await Server.start(ServerConfiguration(), catalog: ModelCatalog([FakeModel()]))
    var configuration = ClientConfiguration.patient
    configuration.connectAttempts = .max
    let client = try await Client.connect(
      host: "127.0.0.1",
      port: server.address.port ?? 0,
      configuration: configuration
    )
    let info = try await client.modelInfo("sum")
    await server.drain()
    // Nobody listens any more, so that requests wait for a connection; on the thread of the
    // connection this one comes first.
    let (patient, hasty) = await client.onConnectionThread {
      async let patient = Self.code { try await client.ping() }
      async let hasty = Self.code {
        _ = try await client.score(
          model: info,
          rows: [1, 2, 3, 4],
          rowCount: 1,
          timeout: .milliseconds(20)
        )
      }
      let code = await hasty
      await client.close()
      return (await patient, code)
    }
    #expect(hasty == .timeout)
    // It would have been late with the other one.
    #expect(patient == .closed)
  }

  private static func code(_ body: () async throws -> Void) async -> ClientError.Code? {
    await #expect(throws: ClientError.self) { try await body() }?.code
  }

  @Test func serverOfAnotherEnvironmentRefusesAtOnce() async throws {
    try await TestServer.run({ $0.environment = 7 }) { test in
      var configuration = ClientConfiguration.patient
      configuration.environment = 8
      let error = await #expect(throws: ClientError.self) {
        try await Client.connect(
          host: "127.0.0.1",
          port: test.port,
          configuration: configuration
        )
      }
      #expect(error?.code == .refused)
      #expect(error?.wireError == .environment)
    }
  }

  @Test func reconnectsAfterTheServerCameBack() async throws {
    let model = FakeModel()
    let catalog = ModelCatalog([model])
    var configuration = ServerConfiguration()
    configuration.drainQuietTime = .milliseconds(20)
    let first = try await Server.start(configuration, catalog: catalog)
    configuration.port = first.address.port ?? 0
    let client = try await Client.connect(
      host: "127.0.0.1",
      port: configuration.port,
      configuration: .patient
    )
    let info = try await client.modelInfo("sum")
    await first.drain()
    let second = try await Server.start(configuration, catalog: catalog)
    let reply = try await client.score(model: info, rows: [1, 2, 3, 4], rowCount: 1)
    #expect(reply.scores == [10])
    await client.close()
    await second.drain()
  }

  @Test func requestInFlightIsRepeatedWhenTheConnectionIsLost() async throws {
    let model = FakeModel()
    let catalog = ModelCatalog([model])
    var configuration = ServerConfiguration()
    configuration.inlineRowLimit = 1
    configuration.drainTimeout = .milliseconds(50)
    let first = try await Server.start(configuration, catalog: catalog)
    configuration.port = first.address.port ?? 0
    var patient = ClientConfiguration.patient
    patient.connectAttempts = 1000
    patient.maximumBackoff = .milliseconds(20)
    let client = try await Client.connect(
      host: "127.0.0.1",
      port: configuration.port,
      configuration: patient
    )
    let info = try await client.modelInfo("sum")
    async let answer = client.score(model: info, rows: Self.slow, rowCount: 2)
    while model.calls.count == 0 { await Task.yield() }
    // The drain gives the connection up before it ends, because the model is stuck.
    async let drained: Void = first.drain()
    while first.connectionCount > 0 { await Task.yield() }
    model.gate.open()
    await drained
    let second = try await Server.start(configuration, catalog: catalog)
    #expect(try await answer.scores == [FakeModel.blocking, 4])
    #expect(model.calls.count == 2)
    await client.close()
    await second.drain()
  }

  @Test func newRequestsGoElsewhereAfterGoAway() async throws {
    let model = FakeModel()
    let catalog = ModelCatalog([model])
    var configuration = ServerConfiguration()
    configuration.inlineRowLimit = 1
    configuration.drainTimeout = .seconds(20)
    let first = try await Server.start(configuration, catalog: catalog)
    configuration.port = first.address.port ?? 0
    let client = try await Client.connect(
      host: "127.0.0.1",
      port: configuration.port,
      configuration: .patient
    )
    let info = try await client.modelInfo("sum")
    async let inFlight = client.score(model: info, rows: Self.slow, rowCount: 2)
    while model.calls.count == 0 { await Task.yield() }
    async let drained: Void = first.drain()
    // The port is free as soon as the drain began, while the old connection is still busy.
    var second: Server?
    while second == nil { second = try? await Server.start(configuration, catalog: catalog) }
    let reply = try await client.score(model: info, rows: [1, 2, 3, 4], rowCount: 1)
    #expect(reply.scores == [10])
    #expect(first.connectionCount == 1)
    model.gate.open()
    #expect(try await inFlight.scores == [FakeModel.blocking, 4])
    await drained
    await client.close()
    await second?.drain()
  }
}
