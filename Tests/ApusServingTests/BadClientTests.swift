import ApusClient
import ApusServing
import ApusWire
import NIOCore
import Testing

/// Clients that break the protocol, by malice or by accident, beside one that must not notice.
///
/// Each test ends with the healthy connection scoring correctly.
@Suite struct BadClientTests {
  private static let slow: [Float] = [FakeModel.blocking, 0, 0, 0, 1, 1, 1, 1]

  @Test func saysNothing() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      #expect(try raw.receiveFinalError()?.code == .timeout)
    }
  }

  @Test func sendsOneByteAtATimeBeforeHello() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      var hello = ByteBuffer()
      Hello(clientName: "slow", clientVersion: "1").encode(into: &hello, correlationID: 1)
      for byte in Array(buffer: hello) {
        guard raw.send([byte]) else { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(try raw.receiveFinalError()?.code == .timeout)
    }
  }

  @Test func sendsOneByteAtATimeAfterHello() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      for byte in Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4], id: 5)) {
        guard raw.send([byte]) else { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(try raw.receiveFinalError()?.code == .timeout)
    }
  }

  @Test func aFrameInManyPiecesInTimeIsAnswered() async throws {
    try await TestServer.run({ $0.frameTimeout = .seconds(20) }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      let frames =
        Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4], id: 5))
        + Array(buffer: scoreFrame(test.info, rows: [5, 6, 7, 8], id: 6))
      for byte in frames { raw.send([byte]) }
      for (id, score) in [(5, 10), (6, 26)] as [(UInt64, Float)] {
        let reply = try #require(try raw.receive())
        #expect(reply.header.correlationID == id)
        #expect(try ScoreReply(decoding: reply.body).scores == [score])
      }
    }
  }

  @Test func speaksAnotherProtocol() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      raw.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
      #expect(try raw.receive() == nil)
    }
  }

  @Test func headerWithoutHello() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      raw.send(Ping(number: 1), id: 1)
      #expect(try raw.receiveFinalError()?.text == "the first frame must be HELLO")
    }
  }

  @Test func saysHelloTwice() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      raw.send(Hello(clientName: "raw", clientVersion: "1"), id: 2)
      #expect(try raw.receiveFinalError()?.code == .protocolViolation)
    }
  }

  @Test func comesFromAnotherEnvironment() async throws {
    try await TestServer.run({ $0.environment = 7 }) { test in
      let raw = try RawClient(port: test.port)
      raw.send(Hello(clientName: "raw", clientVersion: "1", environment: 8), id: 1)
      #expect(try raw.receiveFinalError() == .environment)
    }
  }

  @Test func speaksOnlyANewerVersion() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      var hello = Hello(clientName: "raw", clientVersion: "1")
      hello.lowestVersion = 2
      hello.highestVersion = 3
      raw.send(hello, id: 1)
      #expect(try raw.receiveFinalError() == .version)
    }
  }

  @Test(arguments: [4104, 0x7FFF_FFF8, 0xFFFF_FFF8] as [UInt32])
  func announcesAnOversizeBody(_ length: UInt32) async throws {
    try await TestServer.run({ $0.bodyLength = 4096 }) { test in
      for isAfterHello in [false, true] {
        let raw = try RawClient(port: test.port)
        if isAfterHello { try raw.hello() }
        var header = ByteBuffer(repeating: 0, count: 32)
        FrameHeader(
          type: isAfterHello ? .score : .hello,
          bodyLength: length,
          correlationID: 1,
          bodyChecksum: 0
        ).set(in: &header, at: 0)
        raw.send(header)
        let error = try raw.receiveFinalError()
        #expect(error?.code == .tooLarge)
        #expect(error?.row == 4096)
      }
    }
  }

  @Test func headerChecksumIsWrong() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      var bytes = Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4], id: 5))
      bytes[20] ^= 1
      raw.send(bytes)
      #expect(try raw.receiveFinalError() == .headerChecksum)
    }
  }

  @Test func bodyChecksumIsWrong() async throws {
    try await TestServer.run { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      var bytes = Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4], id: 5))
      bytes[70] ^= 1
      raw.send(bytes + Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4], id: 6)))
      let refused = try #require(try raw.receive())
      #expect(refused.header.correlationID == 5)
      #expect(try WireError(decoding: refused.body) == .bodyChecksum)
      #expect(try raw.receive()?.header.correlationID == 6)
    }
  }

  @Test func unknownTypeAndReservedFlag() async throws {
    try await TestServer.run { test in
      for (offset, value) in [(5, 0x21), (6, 1)] as [(Int, UInt8)] {
        let raw = try RawClient(port: test.port)
        try raw.hello()
        var bytes = Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4], id: 5))
        bytes[offset] = value
        var checksum = CRC32C()
        checksum.update(ByteBuffer(bytes: bytes[0..<12]).readableBytesSpan)
        checksum.update(ByteBuffer(bytes: bytes[16..<32]).readableBytesSpan)
        for index in 0..<4 {
          bytes[12 + index] = UInt8(truncatingIfNeeded: checksum.value >> (index * 8))
        }
        raw.send(bytes)
        #expect(try raw.receiveFinalError()?.code == .protocolViolation)
      }
    }
  }

  @Test func usesACorrelationIDTwice() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      raw.send(scoreFrame(test.info, rows: Self.slow, rowCount: 2, id: 10))
      raw.send(Ping(number: 1), id: 10)
      #expect(
        try raw.receiveFinalError()?.text == "a correlation id is already in flight"
      )
    }
  }

  @Test func exceedsItsCredit() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      let raw = try RawClient(port: test.port)
      #expect(try raw.hello(requestCredit: 2).credit.requests == 2)
      for id in 10..<13 {
        raw.send(scoreFrame(test.info, rows: Self.slow, rowCount: 2, id: UInt64(id)))
      }
      #expect(try raw.receiveFinalError() == .flow)
      // Both scoring threads are held, and the healthy connection needs one.
      test.model.gate.open()
    }
  }

  @Test func asksForTooManyRows() async throws {
    try await TestServer.run({ $0.rowsPerRequest = 2 }) { test in
      let raw = try RawClient(port: test.port)
      try raw.hello()
      raw.send(scoreFrame(test.info, rows: [Float](repeating: 1, count: 12), rowCount: 3, id: 5))
      let refused = try #require(try raw.receive())
      #expect(refused.header.correlationID == 5)
      #expect(try WireError(decoding: refused.body).code == .tooLarge)
      raw.send(Ping(number: 1), id: 6)
      #expect(try raw.receive()?.header.type == .pong)
    }
  }

  @Test func neverReads() async throws {
    try await TestServer.run({ $0.outboundLimit = 64 << 10 }) { test in
      let raw = try RawClient(port: test.port, receiveBufferLength: 4096)
      try raw.hello()
      var frames = ByteBuffer()
      for id in 0..<1000 {
        ModelInfoRequest(name: "sum").encode(into: &frames, correlationID: UInt64(id + 10))
      }
      // The server stops reading, so sending blocks until the server gives the connection up.
      let bytes = Array(buffer: frames)
      for _ in 0..<2000 {
        guard raw.send(bytes) else { return }
      }
      Issue.record("the server read on from a client that never reads")
    }
  }

  @Test func neverReadsAndTheServerStillShutsDown() async throws {
    try await TestServer.run({
      $0.writeTimeout = .seconds(60)
      $0.drainTimeout = .milliseconds(50)
      $0.lingerTimeout = .milliseconds(50)
    }) { test in
      let raw = try RawClient(port: test.port, receiveBufferLength: 4096)
      try raw.hello()
      var frames = ByteBuffer()
      for id in 0..<1000 {
        ModelInfoRequest(name: "sum").encode(into: &frames, correlationID: UInt64(id + 10))
      }
      #expect(raw.sendUntilStuck(Array(buffer: frames)))
      try await test.checkHealthy()
      await test.server.drain()
      #expect(test.server.connectionCount == 0)
      throw Drained()
    }
  }

  @Test func resetsInTheMiddleOfARequest() async throws {
    try await TestServer.run({ $0.inlineRowLimit = 1 }) { test in
      for length in [1, 31, 32, 40, 95] {
        let raw = try RawClient(port: test.port)
        try raw.hello()
        // One request waits for a scoring thread, another is cut off.
        raw.send(scoreFrame(test.info, rows: Self.slow, rowCount: 2, id: 10))
        let frame = Array(buffer: scoreFrame(test.info, rows: [1, 2, 3, 4, 5, 6, 7, 8], id: 5))
        raw.send(Array(frame.prefix(length)))
        raw.resetWhenClosed()
      }
      test.model.gate.open()
      while test.server.connectionCount > 1 { await Task.yield() }
    }
  }

  @Test func sendsGarbage() async throws {
    try await TestServer.run { test in
      var random = SystemRandomNumberGenerator()
      for _ in 0..<50 {
        let raw = try RawClient(port: test.port)
        if Bool.random() { try raw.hello() }
        var bytes = (0..<Int.random(in: 40...2000)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        if Bool.random() { bytes.replaceSubrange(0..<4, with: Array("APUS".utf8)) }
        raw.send(bytes)
        while try raw.receive() != nil {}
      }
    }
  }

  @Test func tooManyConnections() async throws {
    try await TestServer.run({ $0.connectionLimit = 2 }) { test in
      let second = try RawClient(port: test.port)
      try second.hello()
      let third = try RawClient(port: test.port)
      #expect(try third.receiveFinalError()?.code == .overloaded)
      second.send(Ping(number: 1), id: 2)
      #expect(try second.receive()?.header.type == .pong)
    }
  }
}
