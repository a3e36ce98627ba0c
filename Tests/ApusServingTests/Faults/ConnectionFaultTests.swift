import ApusServing
import ApusWire
import Foundation
import NIOCore
import Testing

/// More connections than there may be, silent ones, and the sockets they come by.
@Suite struct ConnectionFaultTests {
  private static func localPath() -> String {
    FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString.prefix(8))")
      .path()
  }

  @Test func aFloodOverTheLimitIsRefusedAndForgotten() async throws {
    try await TestServer.run({ $0.connectionLimit = 8 }) { test in
      for _ in 0..<3 {
        var admitted: [RawClient] = []
        var refused = 0
        for _ in 0..<100 {
          let raw = try RawClient(port: test.port)
          raw.resetWhenClosed()
          raw.send(Hello(clientName: "raw", clientVersion: "1"), id: 1)
          let first = try #require(try raw.receive())
          if first.header.type == .helloOK {
            admitted.append(raw)
          } else {
            let error = try WireError(decoding: first.body)
            #expect(error.code == .overloaded && error.retryAfterMilliseconds > 0)
            refused += 1
          }
        }
        // The healthy client has the eighth place.
        #expect(admitted.count == 7 && refused == 93)
        try await test.checkHealthy()
        admitted = []
        try await eventually { test.server.connectionCount == 1 }
      }
    }
  }

  @Test func onePeerDoesNotTakeThePlacesOfOthers() async throws {
    try await TestServer.run({ $0.connectionLimitPerPeer = 3 }) { test in
      let peer: UInt32 = 0x7F00_0002
      let admitted = try (0..<3).map { _ in try RawClient(port: test.port, from: peer) }
      for raw in admitted { try raw.hello() }
      let refused = try RawClient(port: test.port, from: peer)
      #expect(try refused.receiveFinalError()?.code == .overloaded)
      let other = try RawClient(port: test.port, from: peer + 1)
      try other.hello()
      admitted[0].resetWhenClosed()
    }
  }

  @Test func silentPeersAreAskedForASignOfLife() async throws {
    try await TestServer.run({ $0.keepaliveInterval = .milliseconds(20) }) { test in
      let raw = try RawClient(port: test.port)
      let grant = try raw.hello(features: .keepalive)
      #expect(grant.features.contains(.keepalive))
      // More of them than may stay unanswered.
      for _ in 0..<5 {
        let probe = try #require(try raw.receive())
        try #require(probe.header.type == .probe)
        raw.send(ProbeOK(number: try Probe(decoding: probe.body).number), id: 0)
      }
      for number in 1...3 {
        let probe = try #require(try raw.receive())
        #expect(try Probe(decoding: probe.body).number == UInt64(number))
      }
      #expect(try raw.receiveFinalError()?.code == .timeout)
    }
  }

  @Test func theSocketFileOfAKilledServerIsTakenOver() async throws {
    let path = Self.localPath()
    do {
      // What a process that was killed leaves behind: a file that nobody listens on.
      let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      let address = try SocketAddress(unixDomainSocketPath: path)
      #expect(unsafe address.withSockAddr { unsafe bind(dead, $0, socklen_t($1)) } == 0)
      close(dead)
    }
    #expect(FileManager.default.fileExists(atPath: path))
    try await TestServer.run({ $0.unixPath = path }) { test in
      let raw = try RawClient(path: path)
      try raw.hello()
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func theSocketFileOfALivingServerIsNot() async throws {
    let path = Self.localPath()
    try await TestServer.run({ $0.unixPath = path }) { test in
      var second = ServerConfiguration()
      second.unixPath = path
      let error = await #expect(throws: ServerError.self) {
        try await Server.start(second, catalog: ModelCatalog())
      }
      #expect(error?.code == .cannotListen)
      let raw = try RawClient(path: path)
      try raw.hello()
    }
  }

  @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
    let path = Self.localPath()
    try Data("precious".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    var configuration = ServerConfiguration()
    configuration.unixPath = path
    let error = await #expect(throws: ServerError.self) {
      try await Server.start(configuration, catalog: ModelCatalog())
    }
    #expect(error?.code == .cannotListen)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
  }

  @Test func clientsThatResetInTheMiddleOfABatchDoNotSpoilIt() async throws {
    // The net is so dear that the rows of all connections wait for each other.
    var model = FakeModel()
    model.multiplyAddsPerRow = 30_000
    try await TestServer.run(
      {
        $0.eventLoopThreads = 1
        $0.inlineNanoseconds = 1_000_000_000
      }, model: model
    ) { test in
      let steady = try RawClient(port: test.port)
      try steady.hello()
      for round in 0..<50 {
        let rude = try RawClient(port: test.port)
        try rude.hello()
        var frames = ByteBuffer()
        for id in 0..<40 {
          frames.writeImmutableBuffer(
            scoreFrame(test.info, rows: [9, 9, 9, 9], id: UInt64(id + 10)))
        }
        rude.send(frames)
        rude.resetWhenClosed()
        steady.send(scoreFrame(test.info, rows: [Float(round), 1, 2, 3], id: UInt64(round + 2)))
        withExtendedLifetime(rude) {}
        let reply = try #require(try steady.receive())
        #expect(reply.header.correlationID == UInt64(round + 2))
        #expect(try ScoreReply(decoding: reply.body).scores == [Float(round + 6)])
      }
    }
  }
}
