import ApusWire
import Foundation
import NIOCore
import Testing

/// Random and mutated input: the decoder must refuse or accept, never trap.
///
/// `APUS_FUZZ_SEED` and `APUS_FUZZ_ROUNDS` change what is tried; a failure prints its seed.
@Suite struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private let seed = environment["APUS_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_240_601
  private let rounds = environment["APUS_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 40_000

  @Test func randomBytes() {
    for round in 0..<rounds {
      var random = SeededGenerator(seed: seed &+ UInt64(round))
      let length = Int.random(in: 0...200, using: &random)
      var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      if Bool.random(using: &random), length >= 4 {
        bytes.replaceSubrange(0..<4, with: Array("APUS".utf8))
      }
      var buffer = ByteBuffer(bytes: bytes)
      var decoder = FrameDecoder(from: .client)
      // 32 random bits of a checksum: no frame gets through.
      #expect((try? decoder.next(from: &buffer)).flatMap { $0 } == nil, "seed \(seed), \(round)")
    }
  }

  @Test func mutatedBodiesUnderGoodChecksums() {
    var accepted = 0
    for round in 0..<rounds {
      var random = SeededGenerator(seed: seed &+ UInt64(round))
      let vector = Vector.all[round % Vector.all.count]
      guard let type = FrameType(rawValue: vector.bytes[5]) else { continue }
      var body = Array(vector.bytes.dropFirst(32))
      mutate(&body, vector, &random)
      var buffer = frame(type, body: body)
      do {
        let message = try decodeFully(&buffer, from: vector.sender)
        #expect(message != nil, "seed \(seed), \(round)")
        accepted += 1
      } catch let error as WireError {
        #expect(error.text.utf8.count <= WireLimits.errorTextLength)
      } catch {
        Issue.record("seed \(seed), \(round): \(vector.name) failed with \(error)")
      }
    }
    // The fuzzer works only if it reaches both sides of the decoder's decisions.
    #expect(accepted > rounds / 50 && accepted < rounds * 9 / 10, "\(accepted) of \(rounds)")
  }

  @Test func whatIsAcceptedIsEncodedAgainToTheSameMessage() throws {
    for round in 0..<rounds / 4 {
      var random = SeededGenerator(seed: seed &+ UInt64(round))
      var body = Array(Vector.named("model-info-ok").bytes.dropFirst(32))
      mutate(&body, Vector.named("model-info-ok"), &random)
      var buffer = frame(.modelInfoOK, body: body)
      var decoder = FrameDecoder(from: .server)
      guard let frame = try decoder.next(from: &buffer),
        let info = try? ModelInfo(decoding: frame.body)
      else { continue }
      var again = ByteBuffer()
      info.encode(into: &again, correlationID: 1)
      let second = try #require(try decoder.next(from: &again))
      #expect(try ModelInfo(decoding: second.body) == info, "seed \(seed), \(round)")
    }
  }

  /// Changes one to four places, mostly where a field begins and mostly to a value at an edge.
  private func mutate(
    _ body: inout [UInt8],
    _ vector: Vector,
    _ random: inout SeededGenerator
  ) {
    let fields = vector.fields.filter { $0.offset >= 32 && $0.size > 0 }
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard let field = fields.randomElement(using: &random), !body.isEmpty else { return }
      let start = min(field.offset - 32, body.count - 1)
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        let index = Int.random(in: 0..<body.count, using: &random)
        body[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1:
        let edges: [UInt64] = [0, 1, 7, 8, 0x7F, 0x80, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, .max]
        let edge = edges.randomElement(using: &random) ?? 0
        for byte in 0..<min(field.size, 8, body.count - start) {
          body[start + byte] = UInt8(truncatingIfNeeded: edge >> UInt64(byte * 8))
        }
      case 2:
        body.removeSubrange(start..<min(body.count, start + 8))
      case 3:
        body.insert(
          contentsOf: (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) },
          at: start
        )
      default:
        let end = min(body.count, start + field.size)
        for index in start..<end { body[index] = UInt8.random(in: 0...255, using: &random) }
      }
      while body.count < 8 { body.append(0) }
    }
  }
}
