import ApusWire
import NIOCore
import Testing

/// Captured streams, written out for people.
@Suite struct DumpTests {
  private func lines(
    _ bytes: [UInt8],
    chunk: Int = .max,
    showsValues: Bool = false
  ) -> [String] {
    var lines: [String] = []
    var dump = StreamDump(showsValues: showsValues)
    var start = 0
    while start < bytes.count {
      let end = start + min(chunk, bytes.count - start)
      guard dump.write(ByteBuffer(bytes: bytes[start..<end]), print: { lines.append($0) }) else {
        return lines
      }
      start = end
    }
    dump.finish { lines.append($0) }
    return lines
  }

  private static func stream(_ sender: FrameHeader.Sender) -> [UInt8] {
    Vector.all.filter { $0.sender == sender }.flatMap(\.bytes)
  }

  @Test func framesAreNamedWithTheirFieldsAndOffsets() {
    let ping = Vector.named("ping").bytes
    let hello = Vector.named("hello").bytes
    #expect(
      lines(hello + ping) == [
        "         0  HELLO id=1 lowest version=1 highest version=1 wanted requests in flight=64"
          + " features=1023 environment id=0 wanted body bytes=0 wanted rows per request=0"
          + " client name=\"apus-swift\" client version=\"1.0.0\"",
        "        96  PING id=2 number=81985529216486895",
      ]
    )
    #expect(
      lines(Vector.named("error-deadline").bytes) == [
        "         0  ERROR id=16 code=13 (DEADLINE) class=2 (overload) retryable=1 retry after=0"
          + " row=2 column=4294967295 text=\"the budget ran out before the request was scored\""
      ]
    )
  }

  @Test(arguments: [FrameHeader.Sender.client, .server], [1, 7, 32, 33, 1000])
  func everyExampleIsAFrameHoweverItArrives(_ sender: FrameHeader.Sender, _ chunk: Int) {
    let stream = Self.stream(sender)
    let lines = lines(stream, chunk: chunk)
    #expect(lines == self.lines(stream))
    #expect(lines.count == Vector.all.count { $0.sender == sender })
    #expect(!lines.contains { $0.contains("error:") })
  }

  @Test func valuesAreShownOnlyIfAskedFor() {
    let frames: [(String, String, String)] = [
      ("score-float-rows", "row data=16 bytes", "values=[1.5, -2.25; 3.4028235e+38, 1e-45]"),
      (
        "score-raw-columns", "row data=112 bytes",
        "columns=[[41.0, missing, -0.5], [true, false, true], [\"März\", \"Feb\", missing]]"
      ),
      (
        "score-ok-one-row-failed", "numbers and statuses=24 bytes",
        "values=[0.25; 0.0; 1.0] failed=[row 1: INTERNAL]"
      ),
      ("rank-ok", "items and scores=16 bytes", "best=[1: 0.75, 0: 0.25]"),
      (
        "rank-float-rows", "shared columns and items=24 bytes",
        "shared=[1.5, -2.25] items=[0.5; 4.0; -1.0]"
      ),
    ]
    for (name, hidden, shown) in frames {
      let bytes = Vector.named(name).bytes
      let without = lines(bytes).joined()
      let with = lines(bytes, showsValues: true).joined()
      #expect(without.contains(hidden) && !without.contains(shown), "\(without)")
      #expect(with.hasSuffix(shown), "\(with)")
    }
  }

  @Test func framesAndTheFirstErrorAreCounted() {
    let ping = Vector.named("ping").bytes
    var damaged = ping
    damaged[40] ^= 1
    var dump = StreamDump()
    dump.write(ByteBuffer(bytes: ping + damaged + ping)) { _ in }
    #expect(dump.frameCount == 2)
    #expect(dump.firstError == "the checksum of a frame body does not match")
    dump.write(ByteBuffer(bytes: ping.prefix(9))) { _ in }
    dump.finish { _ in }
    #expect(dump.frameCount == 2)
    #expect(dump.firstError == "the checksum of a frame body does not match", "it came first")
    var cut = StreamDump()
    cut.write(ByteBuffer(bytes: ping.prefix(9))) { _ in }
    #expect(cut.frameCount == 0 && cut.firstError == nil)
    cut.finish { _ in }
    #expect(cut.firstError == "the stream ends inside a frame, after 9 of its bytes")
  }

  @Test func flagsExtensionsAndBudgetsAreShown() {
    let request = lines(Vector.named("score-with-extensions").bytes).joined()
    #expect(request.contains("SCORE id=12 flags=TIMING|NO_BATCH budget=250000us"))
    #expect(request.contains("trace id=0af7651916cd43dd8448eb211c80319c"))
    #expect(request.contains("routing key=42"))
    let reply = lines(Vector.named("score-ok-with-extensions").bytes).joined()
    #expect(reply.contains("compute nanoseconds=2500"))
    #expect(reply.contains("quality=1 (fallback device)"))
  }

  @Test func errorsAreToldWithTheirPlace() {
    let ping = Vector.named("ping").bytes
    var badBody = ping
    badBody[40] ^= 1
    let message = "error: the checksum of a frame body does not match"
    #expect(lines(ping + badBody + ping)[1] == "        48  " + message)
    #expect(lines(ping + badBody + ping).count == 3)

    var badHeader = ping
    badHeader[20] ^= 1
    let headerMessage = "error: the checksum of a frame header does not match"
    #expect(lines(ping + badHeader + ping)[1] == "        48  " + headerMessage)
    #expect(lines(ping + badHeader + ping).count == 2)

    for length in 1..<ping.count {
      let last = lines(ping + ping.prefix(length), chunk: 5).last
      let message = "error: the stream ends inside a frame, after \(length) of its bytes"
      #expect(last == "        48  " + message)
    }
  }

  // MARK: Captures

  @Test(arguments: [1, 113, 276, 101, 0] as [UInt32], [false, true])
  func captureGivesBothDirections(_ linkType: UInt32, _ isVersion6: Bool) throws {
    let client = Self.stream(.client)
    let server = Self.stream(.server)
    var file = CaptureFile(linkType: linkType, isVersion6: isVersion6)
    file.write(from: 50_000, to: 7411, sequence: 99, flags: 0x02)
    file.write(from: 7411, to: 50_000, sequence: 999, flags: 0x12)
    for (start, piece) in CaptureFile.pieces(client) {
      file.write(from: 50_000, to: 7411, sequence: 100 + UInt32(start), payload: piece)
    }
    for (start, piece) in CaptureFile.pieces(server) {
      file.write(from: 7411, to: 50_000, sequence: 1000 + UInt32(start), payload: piece)
    }
    #expect(PacketCapture.recognizes(file.buffer))
    let streams = try PacketCapture(file.buffer).streams
    #expect(streams.map { Array(buffer: $0.bytes) } == [client, server])
    #expect(streams.allSatisfy { $0.gap == nil })
    let expected = isVersion6 ? "[7f00:1:0:0:0:0:0:0]:50000" : "127.0.0.1:50000"
    #expect(streams[0].flow.source == expected)
  }

  @Test func segmentsOutOfOrderTwiceAndOverTheWrapAreOneStream() throws {
    let bytes = Self.stream(.client)
    var random = SeededGenerator(seed: 7)
    var pieces = CaptureFile.pieces(bytes)
    pieces += pieces.prefix(10)
    pieces.append((20, Array(bytes[20..<300])))
    pieces.shuffle(using: &random)
    let first = UInt32.max - 500
    var file = CaptureFile(linkType: 1)
    file.write(from: 50_000, to: 7411, sequence: first &- 1, flags: 0x02)
    for (start, piece) in pieces {
      file.write(from: 50_000, to: 7411, sequence: first &+ UInt32(start), payload: piece)
    }
    let streams = try PacketCapture(file.buffer).streams
    #expect(streams.map { Array(buffer: $0.bytes) } == [bytes])
  }

  @Test func gapsAreTold() throws {
    let bytes = Self.stream(.client)
    var file = CaptureFile(linkType: 1)
    file.write(from: 50_000, to: 7411, sequence: 1, payload: Array(bytes[..<100]))
    file.write(from: 50_000, to: 7411, sequence: 151, payload: Array(bytes[150..<200]))
    let stream = try #require(try PacketCapture(file.buffer).streams.first)
    #expect(stream.gap == 100)
    #expect(stream.bytes.readableBytes == 100)
  }

  @Test func everyCutAndManyDamagesOfACaptureAreReadOrRefused() throws {
    var file = CaptureFile(linkType: 1)
    for (start, piece) in CaptureFile.pieces(Array(Self.stream(.client).prefix(400))) {
      file.write(from: 50_000, to: 7411, sequence: 1 + UInt32(start), payload: piece)
    }
    let bytes = Array(buffer: file.buffer)
    for length in 0..<bytes.count {
      let capture = try? PacketCapture(ByteBuffer(bytes: bytes.prefix(length)))
      #expect(capture == nil || length >= 24)
    }
    var random = SeededGenerator(seed: 8)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<4 {
        let index = Int.random(in: 0..<damaged.count, using: &random)
        damaged[index] = UInt8.random(in: 0...255, using: &random)
      }
      let capture = try? PacketCapture(ByteBuffer(bytes: damaged))
      for stream in capture?.streams ?? [] {
        #expect(stream.bytes.readableBytes <= bytes.count)
      }
    }
  }
}
