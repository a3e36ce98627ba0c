import NIOCore

/// Reads a body by the rules that all types share: block, data, extensions.
///
/// Lengths are verified once, when the reader is made; the fields of the block can then be read
/// without a failure. What a newer peer appended to the block is skipped.
struct BodyReader {
  private var block: ByteBuffer
  /// The data that was not read yet, with its padding.
  var data: ByteBuffer
  /// What came along with the body.
  let extensions: Extensions

  init(_ body: ByteBuffer, blockLength minimum: Int) throws(WireError) {
    var body = body
    guard
      let blockLength = body.readInteger(endianness: .little, as: UInt16.self),
      let reserved = body.readInteger(endianness: .little, as: UInt16.self),
      let extensionLength = body.readInteger(endianness: .little, as: UInt32.self)
    else {
      throw .protocolViolation("a body is too short")
    }
    guard reserved == 0 else { throw .reservedNotZero }
    guard blockLength >= minimum, blockLength % 8 == 0, extensionLength % 8 == 0,
      let block = body.readSlice(length: Int(blockLength) - WireLimits.bodyPrefixLength),
      Int(extensionLength) <= body.readableBytes,
      let data = body.readSlice(length: body.readableBytes - Int(extensionLength))
    else {
      throw .protocolViolation("the lengths inside a body do not fit")
    }
    self.block = block
    self.data = data
    extensions = extensionLength == 0 ? Extensions() : try Extensions(decoding: body)
  }

  /// Reads the next number of the block.
  mutating func read<Number: FixedWidthInteger>(_: Number.Type) -> Number {
    guard let number = block.readInteger(endianness: .little, as: Number.self) else {
      preconditionFailure("more fields were read than the shortest block has")
    }
    return number
  }

  /// Reads bytes of the block that must be zero.
  mutating func readReserved(_ count: Int) throws(WireError) {
    for _ in 0..<count where read(UInt8.self) != 0 { throw .reservedNotZero }
  }

  /// Reads bytes of the block.
  mutating func readBytes(_ count: Int) -> [UInt8] {
    guard let bytes = block.readBytes(length: count) else {
      preconditionFailure("more fields were read than the shortest block has")
    }
    return bytes
  }

  /// Reads the next number of the data.
  mutating func readData<Number: FixedWidthInteger>(_: Number.Type) throws(WireError) -> Number {
    guard let number = data.readInteger(endianness: .little, as: Number.self) else {
      throw .protocolViolation("the data of a body is too short")
    }
    return number
  }

  /// Reads a count of bytes and a text.
  mutating func readText(
    maximumLength: Int = WireLimits.stringLength
  ) throws(WireError) -> String {
    let length = Int(try readData(UInt16.self))
    guard length <= maximumLength else {
      throw .tooLarge("a text is too long", limit: maximumLength)
    }
    guard let bytes = data.readSlice(length: length) else {
      throw .protocolViolation("the data of a body is too short")
    }
    return try bytes.validatedText()
  }

  /// Reads one byte of the block that is 0 or 1.
  mutating func readBoolean() throws(WireError) -> Bool {
    let byte = read(UInt8.self)
    guard byte <= 1 else { throw .protocolViolation("a boolean is neither 0 nor 1") }
    return byte == 1
  }

  /// Verifies that nothing but padding is left of the data.
  func finish() throws(WireError) {
    guard data.readableBytes < WireLimits.alignment else {
      throw .protocolViolation("the data of a body is too long")
    }
    guard data.readableBytesView.allSatisfy({ $0 == 0 }) else {
      throw .protocolViolation("padding is not zero")
    }
  }
}

extension ByteBuffer {
  /// Returns all readable bytes as a text.
  func validatedText() throws(WireError) -> String {
    guard let text = String(validating: readableBytesView, as: UTF8.self) else {
      throw .protocolViolation("a text is not valid UTF-8")
    }
    return text
  }
}

extension WireError {
  static let reservedNotZero = WireError.protocolViolation("a reserved field is not zero")
}
