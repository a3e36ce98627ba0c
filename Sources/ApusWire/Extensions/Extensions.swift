import NIOCore

/// What goes along with the body of a frame, of whatever type.
///
/// ```
/// | tag u16 | reserved u16 | payload bytes u32 | payload, padded |  ...
/// ```
///
/// A reader skips an extension that it does not know, unless it is marked as critical.
public struct Extensions: Equatable, Sendable {
  /// The name of the request in the logs of those who made it; a reply repeats it.
  public var traceID: TraceID?

  /// Where the time of a request went, in the reply of one with flag TIMING.
  public var timing: Timing?

  /// What decides whether a request goes to the canary: the same key always goes the same way.
  public var routingKey: UInt64?

  /// Creates extensions.
  ///
  /// - Parameters:
  ///   - traceID: The name of the request in the logs of those who made it.
  ///   - timing: Where the time of a request went.
  ///   - routingKey: What decides whether a request goes to the canary.
  @inlinable
  public init(traceID: TraceID? = nil, timing: Timing? = nil, routingKey: UInt64? = nil) {
    self.traceID = traceID
    self.timing = timing
    self.routingKey = routingKey
  }

  /// Whether there is none.
  public var isEmpty: Bool { traceID == nil && timing == nil && routingKey == nil }
}

extension Extensions {
  /// The tags that version 1 defines.
  package enum Tag: UInt16, CaseIterable {
    case traceID = 1
    case timing = 2
    case routingKey = 3

    /// The bytes of its payload.
    package var payloadLength: Int {
      switch self {
      case .traceID: 16
      case .timing: 24
      case .routingKey: 8
      }
    }
  }

  /// Reads all extensions of a body.
  init(decoding extensions: ByteCursor) throws(WireError) {
    self.init()
    var rest = extensions
    while rest.count > 0 {
      guard
        let number = rest.read(UInt16.self), let reserved = rest.read(UInt16.self),
        let length = rest.read(UInt32.self), var payload = rest.take(Int(length))
      else {
        throw .protocolViolation("the lengths inside a body do not fit")
      }
      guard reserved == 0 else { throw .reservedNotZero }
      // Extensions start at multiples of 8 and end at one, so the padding is inside.
      guard let padding = rest.take(-Int(length) & 7), padding.isZero else {
        throw .protocolViolation("padding is not zero")
      }
      if let tag = Tag(rawValue: number & 0x7FFF) {
        try read(tag, from: &payload)
      } else if number & 0x8000 != 0 {
        throw .protocolViolation("a critical extension is unknown")
      }
    }
  }

  /// Reads the payload of one known extension.
  private mutating func read(
    _ tag: Tag, from payload: inout ByteCursor
  ) throws(WireError) {
    guard payload.count == tag.payloadLength else {
      throw .protocolViolation("an extension has another length than its tag")
    }
    let isRepeated: Bool
    switch tag {
    case .traceID:
      isRepeated = traceID != nil
      traceID = TraceID(from: &payload)
    case .timing:
      isRepeated = timing != nil
      timing = try Timing(from: &payload)
    case .routingKey:
      isRepeated = routingKey != nil
      routingKey = payload.read(UInt64.self)
    }
    guard !isRepeated else { throw .protocolViolation("an extension came twice") }
  }

  /// Appends all extensions, in ascending order of their tags.
  func encode(into buffer: inout ByteBuffer) {
    if let traceID {
      buffer.writeExtensionPrefix(.traceID)
      traceID.encode(into: &buffer)
    }
    if let timing {
      buffer.writeExtensionPrefix(.timing)
      timing.encode(into: &buffer)
    }
    if let routingKey {
      buffer.writeExtensionPrefix(.routingKey)
      buffer.writeInteger(routingKey, endianness: .little)
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func writeExtensionPrefix(_ tag: Extensions.Tag) {
    writeInteger(UInt64(tag.rawValue) | UInt64(tag.payloadLength) << 32, endianness: .little)
  }
}
