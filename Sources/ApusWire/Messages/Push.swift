public import NIOCore

/// The news that something changed on the server.
///
/// A client ignores a kind that it does not know.
public struct Push: Message {
  /// What changed.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Creates a kind from its number on the wire.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Another version of a model is the stable one.
    public static let modelChanged = Kind(rawValue: 1)
  }

  /// PUSH.
  public static let type = FrameType.push

  /// What changed.
  public var kind: Kind

  /// The handle that follows the name of the model.
  public var route: ModelHandle

  /// The artifact that the route leads to from now on.
  public var artifact: ModelHandle

  /// The hash of its schema.
  public var schemaHash: UInt64

  /// Creates the news.
  ///
  /// - Parameters:
  ///   - kind: What changed.
  ///   - route: The handle that follows the name of the model.
  ///   - artifact: The artifact that the route leads to from now on.
  ///   - schemaHash: The hash of its schema.
  public init(kind: Kind, route: ModelHandle, artifact: ModelHandle, schemaHash: UInt64) {
    self.kind = kind
    self.route = route
    self.artifact = artifact
    self.schemaHash = schemaHash
  }

  /// Reads the message from a body.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 32)
    kind = Kind(rawValue: reader.read(UInt16.self))
    try reader.readReserved(2)
    route = ModelHandle(rawValue: reader.read(UInt32.self))
    artifact = ModelHandle(rawValue: reader.read(UInt32.self))
    try reader.readReserved(4)
    schemaHash = reader.read(UInt64.self)
    try reader.finish()
  }

  /// Writes the body.
  public func encodeBody(into buffer: inout ByteBuffer) {
    buffer.writeBodyPrefix(blockLength: 32)
    buffer.writeInteger(kind.rawValue, endianness: .little)
    buffer.writeRepeatingByte(0, count: 2)
    buffer.writeInteger(route.rawValue, endianness: .little)
    buffer.writeInteger(artifact.rawValue, endianness: .little)
    buffer.writeRepeatingByte(0, count: 4)
    buffer.writeInteger(schemaHash, endianness: .little)
  }
}
