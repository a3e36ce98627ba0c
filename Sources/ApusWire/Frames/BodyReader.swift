import NIOCore

/// Reads a body by the rules that all types share: block, data, extensions.
///
/// Lengths are verified once, when the reader is made; the fields of the block can then be read
/// without a failure. What a newer peer appended to the block is skipped.
///
/// ```
/// | block length 2 | 0 (2) | extensions length 4 | block | data, padding | extensions |
/// '------------- part of the block -------------'
/// ```
struct BodyReader: ~Escapable {
  private var block: ByteCursor
  /// The data that was not read yet, with its padding.
  var data: ByteCursor
  /// What came along with the body.
  let extensions: Extensions
  /// Where the data starts in the body.
  let dataOffset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, blockLength minimum: Int) throws(WireError) {
    var body = ByteCursor(bytes)
    guard
      let blockLength = body.read(UInt16.self),
      let reserved = body.read(UInt16.self),
      let extensionLength = body.read(UInt32.self)
    else {
      throw .protocolViolation("a body is too short")
    }
    guard reserved == 0 else { throw .reservedNotZero }
    guard blockLength >= minimum, blockLength % 8 == 0, extensionLength % 8 == 0,
      let block = body.take(Int(blockLength) - WireLimits.bodyPrefixLength),
      let data = body.take(body.count - Int(extensionLength))
    else {
      throw .protocolViolation("the lengths inside a body do not fit")
    }
    self.block = block
    self.data = data
    dataOffset = Int(blockLength)
    extensions = extensionLength == 0 ? Extensions() : try Extensions(decoding: body)
  }

  /// Reads the next number of the block.
  @_lifetime(self: copy self)
  mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Number {
    guard let number = block.read(Number.self) else {
      preconditionFailure("more fields were read than the shortest block has")
    }
    return number
  }

  /// Reads bytes of the block that must be zero.
  @_lifetime(self: copy self)
  mutating func readReserved(_ count: Int) throws(WireError) {
    for _ in 0..<count where read(UInt8.self) != 0 { throw .reservedNotZero }
  }

  /// Reads bytes of the block.
  @_lifetime(self: copy self)
  mutating func readBytes(_ count: Int) -> [UInt8] {
    guard let bytes = block.take(count) else {
      preconditionFailure("more fields were read than the shortest block has")
    }
    return bytes.bytes()
  }

  /// Reads the next number of the data.
  @_lifetime(self: copy self)
  mutating func readData<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type
  ) throws(WireError) -> Number {
    guard let number = data.read(Number.self) else {
      throw .protocolViolation("the data of a body is too short")
    }
    return number
  }

  /// Reads a count of bytes and a text.
  @_lifetime(self: copy self)
  mutating func readText(
    maximumLength: Int = WireLimits.stringLength
  ) throws(WireError) -> String {
    let length = Int(try readData(UInt16.self))
    guard length <= maximumLength else {
      throw .tooLarge("a text is too long", limit: maximumLength)
    }
    guard let bytes = data.take(length) else {
      throw .protocolViolation("the data of a body is too short")
    }
    return try bytes.validatedText()
  }

  /// Reads one byte of the block that is 0 or 1.
  @_lifetime(self: copy self)
  mutating func readBoolean() throws(WireError) -> Bool {
    let byte = read(UInt8.self)
    guard byte <= 1 else { throw .protocolViolation("a boolean is neither 0 nor 1") }
    return byte == 1
  }

  /// Verifies that nothing but padding is left of the data.
  func finish() throws(WireError) {
    guard data.count < WireLimits.alignment else {
      throw .protocolViolation("the data of a body is too long")
    }
    guard data.isZero else { throw .protocolViolation("padding is not zero") }
  }
}

extension WireError {
  static let reservedNotZero = WireError.protocolViolation("a reserved field is not zero")
}
