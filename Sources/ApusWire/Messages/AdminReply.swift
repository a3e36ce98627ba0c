public import NIOCore

/// The result of an order: where the labels of the model are now.
public struct AdminReply: Equatable, Sendable {
  /// The version that the order was about, by its own handle; 0 for none.
  public var artifact: ModelHandle
  /// The handle that follows the name of the model; 0 for none.
  public var route: ModelHandle
  /// How long the order took.
  public var durationMicroseconds: UInt64
  /// The name of the model; empty for none.
  public var name: String
  /// The stable version now; empty for none.
  public var stableVersion: String
  /// The canary now; empty for none.
  public var canaryVersion: String

  /// Creates a result.
  ///
  /// - Parameters:
  ///   - artifact: The version that the order was about, by its own handle; 0 for none.
  ///   - route: The handle that follows the name of the model; 0 for none.
  ///   - durationMicroseconds: How long the order took.
  ///   - name: The name of the model; empty for none.
  ///   - stableVersion: The stable version now; empty for none.
  ///   - canaryVersion: The canary now; empty for none.
  public init(
    artifact: ModelHandle = ModelHandle(rawValue: 0),
    route: ModelHandle = ModelHandle(rawValue: 0),
    durationMicroseconds: UInt64,
    name: String = "",
    stableVersion: String = "",
    canaryVersion: String = ""
  ) {
    self.artifact = artifact
    self.route = route
    self.durationMicroseconds = durationMicroseconds
    self.name = name
    self.stableVersion = stableVersion
    self.canaryVersion = canaryVersion
  }
}

extension AdminReply {
  /// Reads the result from a body.
  ///
  /// - Parameter body: The body, without the header.
  /// - Throws: ``WireError`` with code PROTOCOL or TOO_LARGE.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 24)
    artifact = ModelHandle(rawValue: reader.read(UInt32.self))
    route = ModelHandle(rawValue: reader.read(UInt32.self))
    durationMicroseconds = reader.read(UInt64.self)
    name = try reader.readModelName(mayBeEmpty: true)
    stableVersion = try reader.readModelName(mayBeEmpty: true)
    canaryVersion = try reader.readModelName(mayBeEmpty: true)
    try reader.finish()
  }

  /// Appends the whole frame to `buffer`.
  ///
  /// - Parameters:
  ///   - buffer: The buffer.
  ///   - action: What was done.
  ///   - correlationID: The number of the request.
  public func encode(
    into buffer: inout ByteBuffer,
    replyingTo action: AdminRequest.Action,
    correlationID: UInt64
  ) {
    buffer.writeFrame(action.replyType, correlationID: correlationID) { body in
      body.writeBodyPrefix(blockLength: 24)
      body.writeInteger(artifact.rawValue, endianness: .little)
      body.writeInteger(route.rawValue, endianness: .little)
      body.writeInteger(durationMicroseconds, endianness: .little)
      body.writeText(name, maximumLength: WireLimits.nameLength)
      body.writeText(stableVersion, maximumLength: WireLimits.nameLength)
      body.writeText(canaryVersion, maximumLength: WireLimits.nameLength)
    }
  }
}
