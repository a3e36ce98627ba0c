public import NIOCore

/// The first frame of a connection: what the client speaks and wishes.
public struct Hello: Message {
  /// HELLO.
  public static let type = FrameType.hello

  /// The lowest version that the client speaks.
  public var lowestVersion: UInt8

  /// The highest version that the client speaks.
  public var highestVersion: UInt8

  /// The features that the client offers.
  public var features: Features

  /// The environment that the client belongs to; 0 matches any.
  public var environment: UInt64

  /// The requests in flight that the client wishes for; 0 asks for the server's default.
  public var wantedRequestCredit: UInt32

  /// The largest body that the client wishes for, in bytes; 0 asks for the server's default.
  public var wantedBodyLength: UInt32

  /// The rows per request that the client wishes for; 0 asks for the server's default.
  public var wantedRowsPerRequest: UInt32

  /// The name of the client, at most 64 bytes.
  public var clientName: String

  /// The version of the client, at most 64 bytes.
  public var clientVersion: String

  /// Creates the HELLO of a client that speaks version 1.
  ///
  /// - Parameters:
  ///   - clientName: The name of the client, at most 64 bytes.
  ///   - clientVersion: The version of the client, at most 64 bytes.
  ///   - environment: The environment that the client belongs to; 0 matches any.
  ///   - wantedRequestCredit: The requests in flight that the client wishes for.
  ///   - features: The features that the client offers.
  public init(
    clientName: String,
    clientVersion: String,
    environment: UInt64 = 0,
    wantedRequestCredit: UInt32 = 0,
    features: Features = []
  ) {
    self.lowestVersion = FrameHeader.version
    self.highestVersion = FrameHeader.version
    self.features = features
    self.environment = environment
    self.wantedRequestCredit = wantedRequestCredit
    self.wantedBodyLength = 0
    self.wantedRowsPerRequest = 0
    self.clientName = clientName
    self.clientVersion = clientVersion
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 40)
    lowestVersion = reader.read(UInt8.self)
    highestVersion = reader.read(UInt8.self)
    try reader.readReserved(2)
    wantedRequestCredit = reader.read(UInt32.self)
    features = Features(rawValue: reader.read(UInt64.self))
    environment = reader.read(UInt64.self)
    wantedBodyLength = reader.read(UInt32.self)
    wantedRowsPerRequest = reader.read(UInt32.self)
    clientName = try reader.readText(maximumLength: WireLimits.nameLength)
    clientVersion = try reader.readText(maximumLength: WireLimits.nameLength)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 40)
    buffer.writeInteger(lowestVersion)
    buffer.writeInteger(highestVersion)
    buffer.writeRepeatingByte(0, count: 2)
    buffer.writeInteger(wantedRequestCredit, endianness: .little)
    buffer.writeInteger(features.rawValue, endianness: .little)
    buffer.writeInteger(environment, endianness: .little)
    buffer.writeInteger(wantedBodyLength, endianness: .little)
    buffer.writeInteger(wantedRowsPerRequest, endianness: .little)
    buffer.writeText(clientName, maximumLength: WireLimits.nameLength)
    buffer.writeText(clientVersion, maximumLength: WireLimits.nameLength)
  }
}
