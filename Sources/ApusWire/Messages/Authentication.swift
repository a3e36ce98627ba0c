public import NIOCore

/// The proof that the client knows a token, without the token.
///
/// The code is HMAC-SHA256 with the key SHA-256(token), over the ASCII bytes `apus-auth-v1` and
/// the challenge of HELLO_OK: what an eavesdropper hears is of no use on another connection.
public struct Authentication: Message {
  /// AUTH.
  public static let type = FrameType.auth

  /// The bytes of a code.
  public static let codeLength = 32

  /// The bytes that the code covers, before the challenge.
  public static let prefix = "apus-auth-v1"

  /// The name of the token, at most 64 bytes.
  public var identifier: String

  /// The code, 32 bytes.
  public var code: [UInt8]

  /// Creates the proof.
  ///
  /// - Parameters:
  ///   - identifier: The name of the token, at most 64 bytes.
  ///   - code: The code, 32 bytes.
  public init(identifier: String, code: [UInt8]) {
    precondition(code.count == Self.codeLength, "a code is 32 bytes, not \(code.count)")
    self.identifier = identifier
    self.code = code
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 40)
    code = reader.readBytes(Self.codeLength)
    identifier = try reader.readText(maximumLength: WireLimits.nameLength)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 40)
    buffer.writeBytes(code)
    buffer.writeText(identifier, maximumLength: WireLimits.nameLength)
  }
}

/// The answer to a right proof: what the connection may do.
public struct AuthenticationOK: Message {
  /// AUTH_OK.
  public static let type = FrameType.authOK

  /// What the connection may do.
  public var scopes: Scopes

  /// Creates the answer.
  public init(scopes: Scopes) { self.scopes = scopes }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 16)
    scopes = Scopes(rawValue: reader.read(UInt32.self))
    try reader.readReserved(4)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 16)
    buffer.writeInteger(scopes.rawValue, endianness: .little)
    buffer.writeRepeatingByte(0, count: 4)
  }
}
