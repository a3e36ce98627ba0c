import ApusClient
import ApusWire
import Foundation
import NIOCore
import Synchronization
import Testing

/// The client against servers that do what real ones do rarely.
@Suite struct ClientFeatureTests {
  private func withClient(
    _ server: ScriptedServer,
    _ change: (inout ClientConfiguration) -> Void = { _ in },
    body: (Client) async throws -> Void
  ) async throws {
    defer { server.stop() }
    var configuration = ClientConfiguration()
    configuration.requestTimeout = .seconds(20)
    configuration.connectTimeout = .seconds(10)
    change(&configuration)
    let client = try await Client.connect(
      host: "127.0.0.1",
      port: server.port,
      configuration: configuration
    )
    do {
      try await body(client)
    } catch {
      Issue.record(error)
    }
    await client.close()
  }

  private static let pong: ScriptedServer.Script = { frame, peer in
    guard frame.header.type == .ping else { return }
    let number = try Ping(decoding: frame.body).number
    peer.send(Pong(number: number), id: frame.header.correlationID)
  }

  // MARK: Authentication

  private static let token = ClientToken(identifier: "shop-frontend", token: "an example token")

  /// The code of the example `auth`.
  private static let code: [UInt8] = [
    0xdb, 0xed, 0xed, 0x21, 0x07, 0x51, 0xdc, 0xc6, 0x73, 0x54, 0x70, 0x8a, 0x6b, 0x5e, 0x64, 0x30,
    0x26, 0xd1, 0x4c, 0x07, 0x91, 0xf5, 0x3c, 0xb5, 0xbf, 0x37, 0x83, 0x38, 0xfb, 0xbc, 0x34, 0xa1,
  ]

  private func guardedServer() throws -> ScriptedServer {
    try ScriptedServer(
      grant: { _ in
        var grant = HelloOK.generous()
        grant.requiresAuthentication = true
        grant.challenge = Array(0..<32)
        return grant
      },
      script: { frame, peer in
        guard frame.header.type == .auth else { return try Self.pong(frame, peer) }
        let proof = try Authentication(decoding: frame.body)
        let isRight = proof == Authentication(identifier: "shop-frontend", code: Self.code)
        if isRight {
          peer.send(AuthenticationOK(scopes: .score), id: frame.header.correlationID)
        } else {
          peer.send(WireError.authenticationFailed(), id: frame.header.correlationID)
        }
      }
    )
  }

  @Test func authenticatesBeforeTheFirstRequest() async throws {
    let server = try guardedServer()
    try await withClient(server, { $0.token = Self.token }) { client in
      try await client.ping()
      #expect(server.frames.map(\.header.type) == [.auth, .ping, .ping])
    }
  }

  @Test(arguments: [nil, ClientToken(identifier: "shop-frontend", token: "another token")])
  func aWrongOrMissingTokenIsRefusedAtOnce(_ token: ClientToken?) async throws {
    let server = try guardedServer()
    defer { server.stop() }
    var configuration = ClientConfiguration()
    configuration.token = token
    let error = await #expect(throws: ClientError.self) {
      try await Client.connect(host: "127.0.0.1", port: server.port, configuration: configuration)
    }
    #expect(error?.code == .refused && error?.wireError?.code == .auth)
    #expect(server.connections.count == 1)
  }

  // MARK: Retries

  /// A server that refuses the first `count` scores, asking for 20 ms of patience.
  private func overloadedServer(_ count: Int) throws -> ScriptedServer {
    let refused = Counter()
    return try ScriptedServer { frame, peer in
      guard frame.header.type == .score else { return try Self.pong(frame, peer) }
      guard refused.next() > count else {
        let error = WireError.overloaded(retryAfterMilliseconds: 20)
        return peer.send(error, id: frame.header.correlationID)
      }
      try peer.answer(frame)
    }
  }

  private func scores(_ server: ScriptedServer) -> Int {
    server.frames.count { $0.header.type == .score }
  }

  @Test func retriesAfterTheTimeThatTheServerAsksFor() async throws {
    let server = try overloadedServer(2)
    try await withClient(server) { client in
      let start = ContinuousClock.now
      let reply = try await client.score(model: .tiny, rows: [1], rowCount: 1)
      #expect(reply.scores == [1])
      #expect(scores(server) == 3)
      #expect(ContinuousClock.now - start >= .milliseconds(40))
    }
  }

  @Test func attemptsAreBounded() async throws {
    let server = try overloadedServer(.max)
    try await withClient(server) { client in
      let error = await #expect(throws: ClientError.self) {
        try await client.score(model: .tiny, rows: [1], rowCount: 1)
      }
      #expect(error?.wireError?.code == .overloaded)
      #expect(scores(server) == 3)
    }
  }

  @Test func noRetryBeginsThatTheDeadlineWouldCutOff() async throws {
    let server = try overloadedServer(.max)
    try await withClient(server) { client in
      let error = await #expect(throws: ClientError.self) {
        try await client.score(
          model: .tiny, rows: [1], rowCount: 1, timeout: .milliseconds(15))
      }
      #expect(error?.code == .refused || error?.code == .timeout)
      #expect(scores(server) == 1)
    }
  }

  @Test func retriesStayASmallShareOfTheRequests() async throws {
    let server = try ScriptedServer { frame, peer in
      guard frame.header.type == .score else { return try Self.pong(frame, peer) }
      let error = WireError.overloaded(retryAfterMilliseconds: 0)
      peer.send(error, id: frame.header.correlationID)
    }
    try await withClient(server) { client in
      for _ in 0..<100 {
        _ = try? await client.score(model: .tiny, rows: [1], rowCount: 1)
      }
      // Ten at the start, and one for ten requests.
      #expect(scores(server) <= 100 + 10 + 10)
      #expect(scores(server) >= 110)
    }
  }

  @Test func whatWillNotSucceedIsNotRetried() async throws {
    let server = try ScriptedServer { frame, peer in
      guard frame.header.type == .score else { return try Self.pong(frame, peer) }
      peer.send(WireError.schemaMismatch, id: frame.header.correlationID)
    }
    try await withClient(server) { client in
      await #expect(throws: ClientError.self) {
        try await client.score(model: .tiny, rows: [1], rowCount: 1)
      }
      #expect(scores(server) == 1)
    }
  }

  // MARK: Cancellation, news, signs of life

  @Test(arguments: [Features.known, Features.known.subtracting(.cancel)])
  func cancellationIsTold(_ features: Features) async throws {
    let server = try ScriptedServer(
      grant: { _ in .generous(features: features) },
      script: Self.pong
    )
    try await withClient(server) { client in
      let task = Task { try await client.score(model: .tiny, rows: [1], rowCount: 1) }
      #expect(await eventually { scores(server) == 1 })
      task.cancel()
      let error = await #expect(throws: ClientError.self) { try await task.value }
      #expect(error?.code == .cancelled)
      try await client.ping()
      let score = try #require(server.frames.first { $0.header.type == .score })
      let cancels = server.frames.filter { $0.header.type == .cancel }
      let expected = features.contains(.cancel) ? [score.header.correlationID] : []
      #expect(cancels.map(\.header.correlationID) == expected)
      // Its one terminal reply harms nobody.
      server.connections[0].send(WireError.cancelled, id: score.header.correlationID)
      try await client.ping()
      #expect(server.connections.count == 1)
    }
  }

  @Test func probesAreAnswered() async throws {
    let server = try ScriptedServer(script: Self.pong)
    try await withClient(server) { client in
      server.connections[0].send(Probe(number: 42), id: 0)
      #expect(await eventually { server.frames.contains { $0.header.type == .probeOK } })
      let answer = try #require(server.frames.first { $0.header.type == .probeOK })
      #expect(try ProbeOK(decoding: answer.body).number == 42)
      try await client.ping()
    }
  }

  @Test func newsReachesWhoeverWantsIt() async throws {
    let news = Mutex<[Push]>([])
    let server = try ScriptedServer(script: Self.pong)
    let push = Push(
      kind: .modelChanged,
      route: ModelHandle(rawValue: 0x8000_0001),
      artifact: ModelHandle(rawValue: 2),
      schemaHash: 3
    )
    try await withClient(server, { $0.onPush = { push in news.withLock { $0.append(push) } } }) {
      client in
      server.connections[0].send(push, id: 0)
      try await client.ping()
      #expect(news.withLock { $0 } == [push])
    }
  }

  @Test func creditMayChange() async throws {
    let server = try ScriptedServer { frame, peer in
      guard frame.header.type == .score else { return try Self.pong(frame, peer) }
    }
    try await withClient(server) { client in
      server.connections[0].send(Credit(requests: 1, rows: 10, bytes: 10_000), id: 0)
      try await client.ping()
      #expect(try await client.grant().credit.requests == 1)
      async let first = client.score(model: .tiny, rows: [1], rowCount: 1)
      #expect(await eventually { scores(server) == 1 })
      async let second = client.score(model: .tiny, rows: [1, 2], rowCount: 2)
      server.connections[0].send(Probe(number: 1), id: 0)
      #expect(await eventually { server.frames.contains { $0.header.type == .probeOK } })
      #expect(scores(server) == 1)
      server.connections[0].send(Credit(requests: 2, rows: 10, bytes: 10_000), id: 0)
      #expect(await eventually { scores(server) == 2 })
      for frame in server.frames where frame.header.type == .score {
        try server.connections[0].answer(frame)
      }
      #expect(try await first.scores == [1])
      #expect(try await second.scores == [2, 2])
    }
  }

  // MARK: Options

  @Test func optionsGoAlong() async throws {
    let traceID = TraceID(rawValue: 99)
    let timing = Timing(
      queueNanoseconds: 1,
      transformNanoseconds: 2,
      computeNanoseconds: 3,
      totalNanoseconds: 4,
      batchRows: 5
    )
    let server = try ScriptedServer { frame, peer in
      guard frame.header.type == .score else { return try Self.pong(frame, peer) }
      try peer.answer(frame, extensions: Extensions(traceID: traceID, timing: timing))
    }
    try await withClient(server) { client in
      let reply = try await client.score(
        model: .tiny,
        rows: [1],
        rowCount: 1,
        options: RequestOptions(timing: true, noBatch: true, traceID: traceID, routingKey: 8)
      )
      #expect(reply.extensions == Extensions(traceID: traceID, timing: timing))
      let frame = try #require(server.frames.last)
      #expect(frame.header.flags == [.timing, .noBatch])
      #expect(
        try ScoreRequest(decoding: frame.body).extensions
          == Extensions(traceID: traceID, routingKey: 8)
      )
    }
  }

  @Test func whatTheServerDoesNotKnowIsLeftOutOrRefusedHere() async throws {
    let server = try ScriptedServer(
      grant: { _ in .generous(features: []) },
      script: { frame, peer in
        guard frame.header.type == .score else { return try Self.pong(frame, peer) }
        try peer.answer(frame)
      }
    )
    try await withClient(server) { client in
      let options = RequestOptions(timing: true, noBatch: true, bulk: true)
      _ = try await client.score(model: .tiny, rows: [1], rowCount: 1, options: options)
      #expect(server.frames.last?.header.flags == [])
      let row: [Float] = [1]
      let error = await #expect(throws: ClientError.self) {
        try await client.extract(model: .tiny, rows: row.span, rowCount: 1)
      }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("EXTRACT") == true)
      try await client.ping()
      #expect(server.connections.count == 1)
    }
  }

  @Test func ranksEmbedsCountsAndAdministers() async throws {
    let server = try ScriptedServer { frame, peer in
      let id = frame.header.correlationID
      switch frame.header.type {
      case .rank:
        let request = try RankRequest(decoding: frame.body)
        let scores: [Float] = request.withFloatRows { shared, items in
          items.indices.map { shared[0] + items[$0] }
        }
        let reply = RankReply(
          ranking: scores.span,
          outputWidth: 1,
          outputIndex: request.outputIndex,
          top: request.top,
          model: request.model
        )
        peer.send(reply, id: id)
      case .stats: peer.send(Statistics(entries: [.init(key: "a", value: 1)]), id: id)
      case .modelSwap:
        let order = try AdminRequest(decoding: frame.body, action: .swap)
        var buffer = ByteBuffer()
        AdminReply(durationMicroseconds: 5, name: order.name, stableVersion: order.version)
          .encode(into: &buffer, replyingTo: order.action, correlationID: id)
        peer.send(buffer)
      case .drain: peer.send(WireError.forbidden, id: id)
      default: try Self.pong(frame, peer)
      }
    }
    try await withClient(server) { client in
      let (shared, items): ([Float], [Float]) = ([10], [1, 3, 2])
      let ranking = try await client.rank(
        model: .tiny, shared: shared.span, items: items.span, itemCount: 3, top: 2)
      #expect(ranking.items == [1, 2] && ranking.scores == [13, 12])
      #expect(try await client.statistics() == [.init(key: "a", value: 1)])
      let order = AdminRequest(.swap, key: .random(), name: "shop", version: "7")
      #expect(try await client.administer(order).stableVersion == "7")
      let error = await #expect(throws: ClientError.self) {
        try await client.administer(AdminRequest(.drain, key: .random()))
      }
      #expect(error?.wireError == .forbidden)
    }
  }

  // MARK: Connections

  @Test func aBusyConnectionGetsASister() async throws {
    let server = try ScriptedServer(script: Self.pong)
    try await withClient(server, { $0.connectionLimit = 3 }) { client in
      #expect(server.connections.count == 1)
      await withThrowingTaskGroup(of: Void.self) { group in
        for count in 1...6 {
          group.addTask { _ = try await client.score(model: .tiny, rows: [1], rowCount: 1) }
          #expect(await eventually { scores(server) == count })
          #expect(server.connections.count == min(count, 3))
        }
        await client.close()
        while let result = await group.nextResult() {
          #expect(throws: ClientError.self) { try result.get() }
        }
      }
    }
  }

  @Test func unixDomainSockets() async throws {
    let path = NSTemporaryDirectory() + "apus-\(UInt32.random(in: .min ... .max)).socket"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let server = try ScriptedServer(path: path, script: Self.pong)
    defer { server.stop() }
    let client = try await Client.connect(to: .unix(path: path))
    try await client.ping()
    await client.close()
  }

  @Test func bulkIsCutAnewWhenAReconnectionGrantsLess() async throws {
    let server = try ScriptedServer(
      grant: { connection in
        .generous(
          rowsPerRequest: connection == 0 ? 20 : 5,
          credit: Credit(requests: 3, rows: 60, bytes: 1 << 20)
        )
      },
      script: { frame, peer in
        guard frame.header.type == .score else { return try Self.pong(frame, peer) }
        let request = try ScoreRequest(decoding: frame.body)
        if peer.number == 0, try request.rawColumns() != [.numbers((0..<20).map(Double.init))] {
          return peer.close()
        }
        guard case .numbers(let numbers) = try request.rawColumns()[0].values else { return }
        let reply = ScoreReply(
          model: request.model,
          rowCount: request.rowCount,
          outputWidth: 1,
          scores: numbers.map(Float.init)
        )
        peer.send(reply, id: frame.header.correlationID)
      }
    )
    try await withClient(server) { client in
      let scores = try await client.score(model: .tiny, rowCount: 101, batchSize: 50) { rows in
        [.numbers(rows.map(Double.init))]
      }
      #expect(scores == (0..<101).map(Float.init))
      #expect(server.connections.count == 2)
    }
  }

  @Test func filesForTLSThatCannotBeUsedAreNamedAtOnce() async throws {
    var configuration = ClientConfiguration()
    configuration.tls = ClientTLS(rootsPath: "/nonexistent/roots.pem")
    let error = await #expect(throws: ClientError.self) {
      try await Client.connect(host: "127.0.0.1", port: 1, configuration: configuration)
    }
    #expect(error?.code == .badConfiguration)
  }
}

/// Counts from any thread.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
