public import NIOCore

/// The reply to HELLO: the limits and the credit of the connection.
public struct HelloOK: Message {
  /// HELLO_OK.
  public static let type = FrameType.helloOK

  /// The version chosen.
  public var version: UInt8

  /// The feature bits in force.
  public var features: UInt64

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

  /// The name of the server, at most 64 bytes.
  public var serverName: String

  /// The version of the server, at most 64 bytes.
  public var serverVersion: String

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
  public init(
    environment: UInt64,
    bodyLength: UInt32,
    rowsPerRequest: UInt32,
    credit: Credit,
    defaultBudgetMicroseconds: UInt32,
    maximumBudgetMicroseconds: UInt32,
    serverName: String,
    serverVersion: String
  ) {
    self.version = FrameHeader.version
    self.features = 0
    self.environment = environment
    self.bodyLength = bodyLength
    self.rowsPerRequest = rowsPerRequest
    self.credit = credit
    self.defaultBudgetMicroseconds = defaultBudgetMicroseconds
    self.maximumBudgetMicroseconds = maximumBudgetMicroseconds
    self.serverName = serverName
    self.serverVersion = serverVersion
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body, blockLength: 64)
    version = reader.read(UInt8.self)
    try reader.readReserved(7)
    features = reader.read(UInt64.self)
    environment = reader.read(UInt64.self)
    bodyLength = reader.read(UInt32.self)
    rowsPerRequest = reader.read(UInt32.self)
    let requests = Int(reader.read(UInt32.self))
    let rows = Int(reader.read(UInt32.self))
    credit = Credit(
      requests: requests,
      rows: rows,
      bytes: Int(clamping: reader.read(UInt64.self))
    )
    defaultBudgetMicroseconds = reader.read(UInt32.self)
    maximumBudgetMicroseconds = reader.read(UInt32.self)
    serverName = try reader.readText(maximumLength: WireLimits.nameLength)
    serverVersion = try reader.readText(maximumLength: WireLimits.nameLength)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 64)
    buffer.writeInteger(version)
    buffer.writeRepeatingByte(0, count: 7)
    buffer.writeInteger(features, endianness: .little)
    buffer.writeInteger(environment, endianness: .little)
    buffer.writeInteger(bodyLength, endianness: .little)
    buffer.writeInteger(rowsPerRequest, endianness: .little)
    buffer.writeInteger(UInt32(clamping: credit.requests), endianness: .little)
    buffer.writeInteger(UInt32(clamping: credit.rows), endianness: .little)
    buffer.writeInteger(UInt64(clamping: credit.bytes), endianness: .little)
    buffer.writeInteger(defaultBudgetMicroseconds, endianness: .little)
    buffer.writeInteger(maximumBudgetMicroseconds, endianness: .little)
    buffer.writeText(serverName, maximumLength: WireLimits.nameLength)
    buffer.writeText(serverVersion, maximumLength: WireLimits.nameLength)
  }
}
