public import NIOCore

/// An order to the server, from someone who may give it.
public struct AdminRequest: Equatable, Sendable {
  /// What is to be done.
  public enum Action: UInt8, CaseIterable, Sendable {
    /// Loads a version, so that it can be asked for by its own handle.
    case load = 0x12
    /// Makes a loaded version the stable one.
    case swap = 0x13
    /// Makes the stable version before this one stable again.
    case rollback = 0x14
    /// Unloads a version that has no label.
    case unload = 0x15
    /// Gives a loaded version a share of the requests that carry a routing key.
    case label = 0x16
    /// Shuts the server down.
    case drain = 0x17

    /// The action that a type of frame asks for.
    public init?(_ type: FrameType) { self.init(rawValue: type.rawValue) }

    /// The type of the frame that asks for it.
    public var type: FrameType { AdminRequest.frameType(rawValue) }

    /// The type of its reply.
    public var replyType: FrameType { AdminRequest.frameType(rawValue | 0x80) }
  }

  /// The whole, in hundredths of a percent.
  public static let wholeShare: UInt16 = 10_000

  /// What is to be done.
  public var action: Action
  /// What makes a repetition known as one: it returns the first result and does nothing.
  public var key: RequestKey
  /// The name of the model; empty for `drain`.
  public var name: String
  /// The version; empty where the action needs none.
  public var version: String
  /// The canary's share of the requests, in hundredths of a percent; 0 takes the label away.
  public var canaryShare: UInt16

  /// Creates an order.
  ///
  /// - Parameters:
  ///   - action: What is to be done.
  ///   - key: What makes a repetition known as one.
  ///   - name: The name of the model; empty for `drain`.
  ///   - version: The version; empty where the action needs none.
  ///   - canaryShare: The canary's share of the requests, in hundredths of a percent.
  public init(
    _ action: Action,
    key: RequestKey,
    name: String = "",
    version: String = "",
    canaryShare: UInt16 = 0
  ) {
    precondition(
      canaryShare <= Self.wholeShare,
      "a share is at most \(Self.wholeShare) hundredths of a percent, not \(canaryShare)"
    )
    self.action = action
    self.key = key
    self.name = name
    self.version = version
    self.canaryShare = canaryShare
  }

  private static func frameType(_ number: UInt8) -> FrameType {
    guard let type = FrameType(rawValue: number) else {
      preconditionFailure("no frame has type \(number)")
    }
    return type
  }
}

extension AdminRequest {
  /// Reads the order from a body.
  ///
  /// - Parameters:
  ///   - body: The body, without the header.
  ///   - action: What the type of the frame asks for.
  /// - Throws: ``WireError`` with code PROTOCOL or TOO_LARGE.
  public init(decoding body: ByteBuffer, action: Action) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: 32)
    let key = RequestKey(from: &reader)
    let canaryShare = reader.read(UInt16.self)
    try reader.readReserved(6)
    guard canaryShare <= Self.wholeShare else {
      throw .protocolViolation("a share is more than the whole")
    }
    let name = try reader.readModelName(mayBeEmpty: true)
    let version = try reader.readModelName(mayBeEmpty: true)
    try reader.finish()
    self.init(action, key: key, name: name, version: version, canaryShare: canaryShare)
  }

  /// Appends the whole frame to `buffer`.
  ///
  /// - Parameters:
  ///   - buffer: The buffer.
  ///   - correlationID: The number that joins a reply to its request.
  public func encode(into buffer: inout ByteBuffer, correlationID: UInt64) {
    buffer.writeFrame(action.type, correlationID: correlationID) { body in
      body.writeBodyPrefix(blockLength: 32)
      key.encode(into: &body)
      body.writeInteger(canaryShare, endianness: .little)
      body.writeRepeatingByte(0, count: 6)
      body.writeText(name, maximumLength: WireLimits.nameLength)
      body.writeText(version, maximumLength: WireLimits.nameLength)
    }
  }
}
