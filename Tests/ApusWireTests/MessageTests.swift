import ApusWire
import NIOCore
import Testing

/// Bodies that break a rule of the specification under good checksums.
@Suite struct MessageTests {
  private func error(_ buffer: ByteBuffer) -> WireError? {
    var buffer = buffer
    let sender: FrameHeader.Sender =
      (buffer.getInteger(at: 5, as: UInt8.self) ?? 0) < 0x80 ? .client : .server
    return #expect(throws: WireError.self) { try decodeFully(&buffer, from: sender) }
  }

  @Test(arguments: Vector.all)
  func everyReservedFieldAndPaddingMustBeZero(_ vector: Vector) {
    for field in vector.fields where ["reserved", "padding"].contains(field.name) {
      for byte in 0..<field.size {
        let buffer = patched(vector, at: field.offset - 32 + byte, [1])
        #expect(error(buffer)?.code == .protocolViolation, "\(field.name) at \(field.offset)")
      }
    }
  }

  @Test(arguments: Vector.all)
  func everyShorterBodyIsRefused(_ vector: Vector) throws {
    let type = try #require(FrameType(rawValue: vector.bytes[5]))
    let body = Array(vector.bytes.dropFirst(32))
    for length in stride(from: 8, to: body.count, by: 8) {
      let buffer = frame(type, body: Array(body.prefix(length)))
      #expect(error(buffer)?.code == .protocolViolation, "\(length) of \(body.count) bytes")
    }
  }

  @Test(arguments: Vector.all)
  func everyLongerBodyIsRefused(_ vector: Vector) throws {
    let type = try #require(FrameType(rawValue: vector.bytes[5]))
    let body = Array(vector.bytes.dropFirst(32)) + [UInt8](repeating: 0, count: 8)
    #expect(error(frame(type, body: body)) != nil)
  }

  @Test(arguments: Vector.all)
  func aLongerBlockOfANewerPeerIsSkipped(_ vector: Vector) throws {
    let type = try #require(FrameType(rawValue: vector.bytes[5]))
    var body = Array(vector.bytes.dropFirst(32))
    let blockLength = Int(body[0])
    body.insert(contentsOf: [UInt8](repeating: 0xAB, count: 16), at: blockLength)
    body[0] = UInt8(blockLength + 16)
    var longer = frame(type, body: body)
    var original = vector.buffer
    let expected = try decodeFully(&original, from: vector.sender)
    #expect(try decodeFully(&longer, from: vector.sender) == expected)
  }

  @Test(arguments: Vector.all)
  func extensionsAreSkippedUnlessCritical(_ vector: Vector) throws {
    let type = try #require(FrameType(rawValue: vector.bytes[5]))
    var body = Array(vector.bytes.dropFirst(32))
    body += [7, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0]
    body[4] += 16
    var extended = frame(type, body: body)
    #expect(try decodeFully(&extended, from: vector.sender) != nil)

    let start = body.count - 16
    for (offset, byte) in [(1, 0x80), (2, 1), (4, 9), (11, 1)] as [(Int, UInt8)] {
      var broken = body
      broken[start + offset] = byte
      #expect(error(frame(type, body: broken))?.code == .protocolViolation)
    }
  }

  @Test func blockLengthsOutOfRange() {
    let ping = Vector.named("ping")
    for length in [0, 1, 7, 8, 15, 17, 24, 65528] as [UInt16] {
      let bytes = [UInt8(length & 0xFF), UInt8(length >> 8)]
      #expect(error(patched(ping, at: 0, bytes))?.code == .protocolViolation, "\(length)")
    }
    #expect(error(patched(ping, at: 4, [0xF8, 0xFF, 0xFF, 0xFF]))?.code == .protocolViolation)
    #expect(error(patched(ping, at: 4, [8, 0, 0, 0]))?.code == .protocolViolation)
  }

  @Test func namesObeyTheirCharacterSet() {
    for name in ["", "Churn", "../etc", "a b", "ä", String(repeating: "a", count: 65)] {
      #expect(!ModelName.isValid(name), "'\(name)'")
    }
    #expect(ModelName.isValid("a-z_0.9") && ModelName.isValid(String(repeating: "a", count: 64)))
    let info = Vector.named("model-info")
    #expect(error(patched(info, at: 10, Array("C".utf8)))?.code == .protocolViolation)
  }

  @Test func valueKindsGoWithTheirKinds() throws {
    let info = Vector.named("model-info-ok")
    // The kind of the first column is at 105, its value kind at 106.
    for kind in UInt8(0)...4 {
      for valueKind in UInt8(0)...7 {
        var buffer = patched(info, at: 105, [kind, valueKind])
        let pairs: [(UInt8, UInt8)] = [(1, 2), (1, 3), (1, 6), (2, 1), (3, 4), (3, 5)]
        let isRight = pairs.contains { $0 == (kind, valueKind) }
        if isRight {
          #expect(try decodeFully(&buffer, from: .server) != nil, "\(kind), \(valueKind)")
        } else {
          #expect(error(buffer)?.code == .protocolViolation, "\(kind), \(valueKind)")
        }
      }
    }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(
      error(patched(Vector.named("hello"), at: 42, [0xC0, 0xAF]))?.text
        == "a text is not valid UTF-8"
    )
    // The first byte of the second dictionary entry, which begins at "März".
    let columns = Vector.named("score-raw-columns")
    let text = columns.bytes.count - 32 - 12
    #expect(error(patched(columns, at: text + 3, [0xFF]))?.text == "a text is not valid UTF-8")
    // Cutting between the two bytes of "ä" leaves neither half valid.
    #expect(error(patched(columns, at: text - 20, [5]))?.text == "a text is not valid UTF-8")
  }

  @Test func longErrorTextIsCutAtACharacter() throws {
    let error = WireError(
      code: .internal,
      category: .server,
      isRetryable: false,
      text: String(repeating: "ä", count: 200)
    )
    var buffer = ByteBuffer()
    error.encode(into: &buffer, correlationID: 1)
    var decoder = FrameDecoder(from: .server)
    let frame = try #require(try decoder.next(from: &buffer))
    #expect(try WireError(decoding: frame.body).text == String(repeating: "ä", count: 127))
  }

  @Test func unknownErrorCodesAreKept() throws {
    var buffer = patched(Vector.named("error-overloaded"), at: 8, [0x39, 0x30])
    var decoder = FrameDecoder(from: .server)
    let frame = try #require(try decoder.next(from: &buffer))
    let error = try WireError(decoding: frame.body)
    #expect(error.code.rawValue == 12345)
    #expect(error.isRetryable && error.retryAfterMilliseconds == 20)
  }
}
