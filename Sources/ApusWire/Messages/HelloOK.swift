public import NIOCore

/// The reply to HELLO: the limits and the credit of the connection.
public struct HelloOK: Message {
  /// HELLO_OK.
  public static let type = FrameType.helloOK

  /// The version chosen.
  public var version: UInt8

  /// Whether the client must authenticate before it may ask for more than a sign of life.
  public var requiresAuthentication: Bool

  /// The seconds of silence after which the server probes the connection; 0 for never.
  public var keepaliveIntervalSeconds: UInt32

  /// The features in force: those offered that the server has too.
  public var features: Features

  /// The environment of the server; 0 for none.
  public var environment: UInt64

  /// The largest body in either direction, in bytes.
  public var bodyLength: UInt32

  /// The most rows in one request.
  public var rowsPerRequest: UInt32

  /// How much may be in flight.
  public var credit: Credit

  /// The budget of a request that names none, in microseconds.
  public var defaultBudgetMicroseconds: UInt32

  /// The largest budget, in microseconds.
  public var maximumBudgetMicroseconds: UInt32

  /// Random bytes for the code of AUTH, 32 of them; zeros where nobody authenticates.
  public var challenge: [UInt8]

  /// The name of the server, at most 64 bytes.
  public var serverName: String

  /// The version of the server, at most 64 bytes.
  public var serverVersion: String

  /// The bytes of a challenge.
  public static let challengeLength = 32

  /// The challenge of a server on which nobody authenticates.
  public static let noChallenge = [UInt8](repeating: 0, count: challengeLength)

  /// Creates a HELLO_OK.
  ///
  /// - Parameters:
  ///   - environment: The environment of the server; 0 for none.
  ///   - bodyLength: The largest body in either direction, in bytes.
  ///   - rowsPerRequest: The most rows in one request.
  ///   - credit: How much may be in flight.
  ///   - defaultBudgetMicroseconds: The budget of a request that names none.
  ///   - maximumBudgetMicroseconds: The largest budget.
  ///   - serverName: The name of the server, at most 64 bytes.
  ///   - serverVersion: The version of the server, at most 64 bytes.
  ///   - features: The features in force.
  ///   - requiresAuthentication: Whether the client must authenticate.
  ///   - keepaliveIntervalSeconds: The silence after which the server probes; 0 for never.
  ///   - challenge: Random bytes for the code of AUTH, 32 of them.
  public init(
    environment: UInt64,
    bodyLength: UInt32,
    rowsPerRequest: UInt32,
    credit: Credit,
    defaultBudgetMicroseconds: UInt32,
    maximumBudgetMicroseconds: UInt32,
    serverName: String,
    serverVersion: String,
    features: Features = [],
    requiresAuthentication: Bool = false,
    keepaliveIntervalSeconds: UInt32 = 0,
    challenge: [UInt8] = noChallenge
  ) {
    precondition(
      challenge.count == Self.challengeLength,
      "a challenge is 32 bytes, not \(challenge.count)"
    )
    self.version = FrameHeader.version
    self.requiresAuthentication = requiresAuthentication
    self.keepaliveIntervalSeconds = keepaliveIntervalSeconds
    self.features = features
    self.environment = environment
    self.bodyLength = bodyLength
    self.rowsPerRequest = rowsPerRequest
    self.credit = credit
    self.defaultBudgetMicroseconds = defaultBudgetMicroseconds
    self.maximumBudgetMicroseconds = maximumBudgetMicroseconds
    self.challenge = challenge
    self.serverName = serverName
    self.serverVersion = serverVersion
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 96)
    version = reader.read(UInt8.self)
    requiresAuthentication = try reader.readBoolean()
    try reader.readReserved(2)
    keepaliveIntervalSeconds = reader.read(UInt32.self)
    features = Features(rawValue: reader.read(UInt64.self))
    environment = reader.read(UInt64.self)
    bodyLength = reader.read(UInt32.self)
    rowsPerRequest = reader.read(UInt32.self)
    credit = Credit(from: &reader)
    defaultBudgetMicroseconds = reader.read(UInt32.self)
    maximumBudgetMicroseconds = reader.read(UInt32.self)
    challenge = reader.readBytes(Self.challengeLength)
    serverName = try reader.readText(maximumLength: WireLimits.nameLength)
    serverVersion = try reader.readText(maximumLength: WireLimits.nameLength)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 96)
    buffer.writeInteger(version)
    buffer.writeInteger(requiresAuthentication ? 1 : 0, as: UInt8.self)
    buffer.writeRepeatingByte(0, count: 2)
    buffer.writeInteger(keepaliveIntervalSeconds, endianness: .little)
    buffer.writeInteger(features.rawValue, endianness: .little)
    buffer.writeInteger(environment, endianness: .little)
    buffer.writeInteger(bodyLength, endianness: .little)
    buffer.writeInteger(rowsPerRequest, endianness: .little)
    credit.encodeFields(into: &buffer)
    buffer.writeInteger(defaultBudgetMicroseconds, endianness: .little)
    buffer.writeInteger(maximumBudgetMicroseconds, endianness: .little)
    buffer.writeBytes(challenge)
    buffer.writeText(serverName, maximumLength: WireLimits.nameLength)
    buffer.writeText(serverVersion, maximumLength: WireLimits.nameLength)
  }
}
