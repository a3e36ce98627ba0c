public import NIOCore

extension WireError: Message {
  /// ERROR.
  public static let type = FrameType.error

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 24)
    let code = Code(rawValue: reader.read(UInt16.self))
    guard let category = Category(rawValue: reader.read(UInt8.self)) else {
      throw .protocolViolation("the class of an error is unknown")
    }
    let retryable = reader.read(UInt8.self)
    guard retryable <= 1 else {
      throw .protocolViolation("a boolean is neither 0 nor 1")
    }
    let retryAfterMilliseconds = reader.read(UInt32.self)
    let row = reader.read(UInt32.self)
    let column = reader.read(UInt32.self)
    let text = try reader.readText(maximumLength: WireLimits.errorTextLength)
    try reader.finish()
    self.init(
      code: code,
      category: category,
      isRetryable: retryable == 1,
      retryAfterMilliseconds: retryAfterMilliseconds,
      row: row == .max ? nil : row,
      column: column == .max ? nil : column,
      text: text
    )
  }

  /// Writes the body; a text that is too long is cut at a character.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 24)
    buffer.writeInteger(code.rawValue, endianness: .little)
    buffer.writeInteger(category.rawValue)
    buffer.writeInteger(isRetryable ? 1 : 0, as: UInt8.self)
    buffer.writeInteger(retryAfterMilliseconds, endianness: .little)
    buffer.writeInteger(row ?? .max, endianness: .little)
    buffer.writeInteger(column ?? .max, endianness: .little)
    var text = text
    while text.utf8.count > WireLimits.errorTextLength { text.removeLast() }
    buffer.writeText(text, maximumLength: WireLimits.errorTextLength)
  }
}
