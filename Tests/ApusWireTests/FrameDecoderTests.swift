import ApusWire
import NIOCore
import Testing

@Suite struct FrameDecoderTests {
  @Test(arguments: Vector.all)
  func everyTruncationWaitsAndThenContinues(_ vector: Vector) throws {
    for length in 0..<vector.bytes.count {
      var buffer = ByteBuffer(bytes: vector.bytes.prefix(length))
      var decoder = FrameDecoder(from: vector.sender, features: .known)
      #expect(try decoder.next(from: &buffer) == nil, "\(length) bytes")
      #expect(decoder.isInsideFrame == (length >= WireLimits.headerLength))
      buffer.writeBytes(vector.bytes.dropFirst(length))
      let frame = try #require(try decoder.next(from: &buffer))
      #expect(Array(buffer: frame.body) == Array(vector.bytes.dropFirst(32)))
      #expect(buffer.readableBytes == 0)
    }
  }

  @Test func framesInOneBufferComeOutInOrder() throws {
    let vectors = Vector.all.filter { $0.sender == .client }
    var buffer = ByteBuffer(bytes: vectors.flatMap(\.bytes))
    var decoder = FrameDecoder(from: .client, features: .known)
    for vector in vectors {
      #expect(try decoder.next(from: &buffer)?.header.type.rawValue == vector.bytes[5])
    }
    #expect(try decoder.next(from: &buffer) == nil)
  }

  @Test(arguments: Vector.all)
  func everyFlippedBitOfTheHeaderIsRefused(_ vector: Vector) {
    for bit in 0..<WireLimits.headerLength * 8 {
      var bytes = vector.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      var buffer = ByteBuffer(bytes: bytes)
      var decoder = FrameDecoder(
        from: vector.sender,
        maximumBodyLength: WireLimits.defaultBodyLength,
        features: .known
      )
      #expect(throws: FrameFailure.self, "bit \(bit)") { try decoder.next(from: &buffer) }
    }
  }

  @Test(arguments: Vector.all)
  func everyFlippedBitOfTheBodyIsRefusedAndTheNextFrameIsRead(_ vector: Vector) throws {
    let next = vector.sender == .client ? Vector.named("ping") : Vector.named("pong")
    for bit in WireLimits.headerLength * 8..<vector.bytes.count * 8 {
      var bytes = vector.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      var buffer = ByteBuffer(bytes: bytes + next.bytes)
      var decoder = FrameDecoder(from: vector.sender, features: .known)
      let failure = #expect(throws: FrameFailure.self) { try decoder.next(from: &buffer) }
      #expect(failure?.error.code == .checksum)
      #expect(failure?.connectionSurvives == true)
      #expect(try decoder.next(from: &buffer)?.header.correlationID == 2, "bit \(bit)")
    }
  }

  /// A header with right checksum but otherwise free contents.
  private func header(
    magic: [UInt8] = Array("APUS".utf8),
    version: UInt8 = 1,
    type: UInt8 = 0x03,
    flags: UInt16 = 0,
    length: UInt32 = 16,
    id: UInt64 = 1
  ) -> ByteBuffer {
    var start = ByteBuffer(bytes: magic)
    start.writeInteger(version)
    start.writeInteger(type)
    start.writeInteger(flags, endianness: .little)
    start.writeInteger(length, endianness: .little)
    var end = ByteBuffer()
    end.writeInteger(id, endianness: .little)
    end.writeRepeatingByte(0, count: 8)
    var checksum = CRC32C()
    checksum.update(start.readableBytesSpan)
    checksum.update(end.readableBytesSpan)
    start.writeInteger(checksum.value, endianness: .little)
    start.writeBuffer(&end)
    return start
  }

  private func failure(
    _ buffer: ByteBuffer,
    from sender: FrameHeader.Sender = .client,
    limit: Int = 4096,
    features: Features = .known
  ) -> FrameFailure? {
    var buffer = buffer
    var decoder = FrameDecoder(from: sender, maximumBodyLength: limit, features: features)
    return #expect(throws: FrameFailure.self) { try decoder.next(from: &buffer) }
  }

  @Test func wrongMagicClosesSilentlyAfterFourBytes() {
    #expect(failure(header(magic: Array("HTTP".utf8)))?.consequence == .closeSilently)
    #expect(failure(ByteBuffer(string: "GET / HTTP/1.1\r\n"))?.consequence == .closeSilently)
    #expect(failure(ByteBuffer(string: "GET "))?.consequence == .closeSilently)
  }

  @Test func wrongVersion() {
    #expect(failure(header(version: 2)) == FrameFailure(.version, .close))
    #expect(failure(header(version: 0)) == FrameFailure(.version, .close))
  }

  @Test func everyUnknownTypeIsRefused() {
    for raw in UInt8.min...UInt8.max where FrameType(rawValue: raw) == nil {
      let failure = failure(header(type: raw))
      #expect(failure?.error.code == .protocolViolation, "type \(raw)")
      #expect(failure?.consequence == .close)
    }
  }

  @Test func typesOfTheWrongSideAreRefused() {
    for type in FrameType.allCases {
      let wrong: FrameHeader.Sender = type.isFromServer ? .client : .server
      let buffer = header(type: type.rawValue, id: type.correlationID)
      #expect(failure(buffer, from: wrong)?.error.code == .protocolViolation)
    }
  }

  @Test func aFlagNeedsItsFeatureAndAScoringFrame() throws {
    for bit in 0..<16 {
      let flags: UInt16 = 1 << UInt16(bit)
      let feature: Features? = bit == 0 ? .timing : bit <= 2 ? .classes : nil
      for type in FrameType.allCases where !type.isFromServer {
        let buffer = header(type: type.rawValue, flags: flags, id: type.correlationID)
        let others = Features.known.subtracting(feature ?? [])
        #expect(failure(buffer, features: others)?.error.code == .protocolViolation)
        guard let feature, type.isScoring else {
          #expect(failure(buffer)?.consequence == .close)
          continue
        }
        var decoder = FrameDecoder(from: .client, features: feature.union(type.feature))
        var accepted = buffer
        accepted.writeRepeatingByte(0, count: 16)
        // The body is not right, but the header is.
        let failure = #expect(throws: FrameFailure.self) { try decoder.next(from: &accepted) }
        #expect(failure?.error == .bodyChecksum, "\(type), flag \(bit)")
      }
    }
  }

  @Test func aTypeNeedsItsFeature() throws {
    for type in FrameType.allCases where !type.feature.isEmpty {
      let sender: FrameHeader.Sender = type.isFromServer ? .server : .client
      let buffer = header(type: type.rawValue, id: type.correlationID)
      let others = Features.known.subtracting(type.feature)
      let failure = failure(buffer, from: sender, features: others)
      #expect(failure?.error.text == "the type of a frame is unknown", "\(type)")
      #expect(failure?.consequence == .close)
      var decoder = FrameDecoder(from: sender, features: type.feature)
      var accepted = buffer
      #expect(try decoder.next(from: &accepted) == nil)
    }
  }

  @Test func correlationIDFitsTheType() {
    #expect(failure(header(id: 0))?.error.code == .protocolViolation)
    #expect(failure(header(type: 0xF1, id: 1), from: .server)?.error.code == .protocolViolation)
    #expect(failure(header(type: 0x83, id: 0), from: .server)?.error.code == .protocolViolation)
  }

  @Test(arguments: [0, 1, 4, 7, 9, 15, 4095] as [UInt32])
  func lengthsThatAreNoPositiveMultipleOfEight(_ length: UInt32) {
    #expect(failure(header(length: length))?.error.code == .protocolViolation)
  }

  @Test func lengthUpToTheLimitIsAcceptedAndBeyondItRefusedFromTheHeaderAlone() throws {
    var atLimit = header(length: 4096)
    var decoder = FrameDecoder(from: .client)
    #expect(try decoder.next(from: &atLimit) == nil)
    for length in [4104, 0x8000_0000, 0xFFFF_FFF8] as [UInt32] {
      let failure = failure(header(length: length))
      #expect(failure?.error.code == .tooLarge)
      #expect(failure?.error.row == 4096)
      #expect(failure?.consequence == .close)
    }
    #expect(failure(header(length: .max))?.error.code == .protocolViolation)
  }

  @Test func bodyAtTheLimitComesOutWhole() throws {
    var buffer = ByteBuffer()
    buffer.writeFrame(.ping, correlationID: 9) { $0.writeRepeatingByte(0, count: 4096) }
    var decoder = FrameDecoder(from: .client)
    #expect(try decoder.next(from: &buffer)?.body.readableBytes == 4096)
  }

  @Test func waitingForABodyAllocatesNothing() throws {
    var buffer = header(length: UInt32(WireLimits.defaultBodyLength))
    let capacity = buffer.capacity
    var decoder = FrameDecoder(from: .client, maximumBodyLength: WireLimits.defaultBodyLength)
    #expect(try decoder.next(from: &buffer) == nil)
    #expect(buffer.capacity == capacity)
  }
}
