import ApusServing
import ApusWire
import Foundation
import NIOCore
import Testing

/// Every example frame of a client, cut at every byte and with every bit turned over, at a server
/// that must refuse it, survive it, and serve others meanwhile.
@Suite struct DamagedFrameTests {
  /// HELLO that asks for all features, so that no frame is refused for want of one.
  private static let hello: [UInt8] = {
    var buffer = ByteBuffer()
    Hello(clientName: "raw", clientVersion: "1", features: .known)
      .encode(into: &buffer, correlationID: 1)
    return Array(buffer: buffer)
  }()

  /// Runs `body` with the path of a server's socket, which spares the ports of the machine.
  private func serve(_ body: (String) throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "apus-\(UUID().uuidString.prefix(8))").path()
    try await TestServer.run({
      $0.unixPath = path
      $0.helloTimeout = .seconds(20)
      $0.frameTimeout = .seconds(20)
    }) { test in
      try body(path)
      try await eventually { test.server.connectionCount == 1 }
    }
  }

  /// Sends bytes on a connection of their own and returns what comes until its end.
  private func replies(to bytes: [UInt8], at path: String, afterHello: Bool) throws -> [Frame] {
    let raw = try RawClient(path: path)
    raw.send((afterHello ? Self.hello : []) + bytes)
    raw.closeSending()
    var frames: [Frame] = []
    while let frame = try raw.receive() { frames.append(frame) }
    guard afterHello else { return frames }
    let first = try #require(frames.first)
    try #require(first.header.type == .helloOK)
    return Array(frames.dropFirst())
  }

  @Test func cutFramesAreNeverAnswered() async throws {
    try await serve { path in
      for vector in ClientVector.all {
        for length in 0..<vector.bytes.count {
          let cut = Array(vector.bytes.prefix(length))
          let replies = try replies(to: cut, at: path, afterHello: !vector.isHello)
          #expect(replies.isEmpty, "\(vector.name), \(length) bytes")
        }
      }
    }
  }

  @Test func bitsOfHeadersThatTurnedOverEndTheConnection() async throws {
    try await serve { path in
      for vector in ClientVector.all {
        for bit in 0..<WireLimits.headerLength * 8 {
          let bad = vector.flipped(bit: bit)
          let replies = try replies(to: bad, at: path, afterHello: !vector.isHello)
          // Bytes without the magic number are not of Apus and get no reply.
          let expected: FrameType? = bit < 32 ? nil : .error
          #expect(replies.map(\.header.type) == [expected].compactMap(\.self), "\(vector), \(bit)")
        }
      }
    }
  }

  @Test func bitsOfBodiesThatTurnedOverCostOnlyTheRequest() async throws {
    try await serve { path in
      for vector in ClientVector.all where vector.isRequest {
        let bits = WireLimits.headerLength * 8..<vector.bytes.count * 8
        let replies = try replies(
          to: bits.flatMap { vector.flipped(bit: $0) }, at: path, afterHello: true)
        #expect(replies.count == bits.count, "\(vector)")
        for reply in replies {
          #expect(try WireError(decoding: reply.body) == .bodyChecksum, "\(vector)")
        }
      }
    }
  }

  @Test func bitsThatTurnedOverBeforeTheChecksumWasTakenAreSurvived() async throws {
    try await serve { path in
      for vector in ClientVector.all {
        let bits = WireLimits.headerLength * 8..<vector.bytes.count * 8
        try survive(bits.map { vector.flippedAndMended(bit: $0) }, at: path, vector)
      }
    }
  }

  /// Sends frames that may mean anything; where the connection ends early, half of them at a time.
  private func survive(_ frames: [[UInt8]], at path: String, _ vector: ClientVector) throws {
    let replies = try replies(
      to: frames.flatMap(\.self), at: path, afterHello: !vector.isHello)
    for reply in replies where reply.header.type == .error {
      #expect(try WireError(decoding: reply.body).code != .internal, "\(vector)")
    }
    let isOver = replies.contains { $0.header.type == .error && $0.header.correlationID == 0 }
    guard isOver, frames.count > 1 else { return }
    try survive(Array(frames.prefix(frames.count / 2)), at: path, vector)
    try survive(Array(frames.suffix(frames.count - frames.count / 2)), at: path, vector)
  }
}
