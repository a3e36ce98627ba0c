public import NIOCore

/// The 32 bytes that open every frame.
///
/// ```
///  0  'A' 'P' 'U' 'S'   version type flags(2)
///  8  body length (4)   header CRC32C (4)     over bytes 0-11 and 16-31
/// 16  correlation id (8)
/// 24  budget, us (4)    body CRC32C (4)
/// ```
public struct FrameHeader: Equatable, Sendable {
  /// The first four bytes, "APUS", read as a little-endian number.
  public static let magic: UInt32 = 0x5355_5041

  /// The version of the protocol that this package speaks.
  public static let version: UInt8 = 1

  /// What the frame is.
  public var type: FrameType

  /// What a request asks for beside its answer.
  public var flags: FrameFlags

  /// The bytes of the body.
  public var bodyLength: UInt32

  /// The number that joins a reply to its request; 0 for the connection itself.
  public var correlationID: UInt64

  /// The microseconds that the sender still has; 0 asks for the server's default.
  public var budgetMicroseconds: UInt32

  /// The checksum of the body.
  public var bodyChecksum: UInt32

  /// Creates a header.
  ///
  /// - Parameters:
  ///   - type: What the frame is.
  ///   - flags: What a request asks for beside its answer.
  ///   - bodyLength: The bytes of the body.
  ///   - correlationID: The number that joins a reply to its request.
  ///   - budgetMicroseconds: The microseconds that the sender still has.
  ///   - bodyChecksum: The checksum of the body.
  public init(
    type: FrameType,
    flags: FrameFlags = [],
    bodyLength: UInt32,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    bodyChecksum: UInt32
  ) {
    self.type = type
    self.flags = flags
    self.bodyLength = bodyLength
    self.correlationID = correlationID
    self.budgetMicroseconds = budgetMicroseconds
    self.bodyChecksum = bodyChecksum
  }

  /// Writes the header over the 32 bytes at `index` of `buffer`.
  ///
  /// - Parameters:
  ///   - buffer: The buffer, with at least 32 bytes from `index` on.
  ///   - index: The start of the frame.
  public func set(in buffer: inout ByteBuffer, at index: Int) {
    let offset = index - buffer.readerIndex
    var bytes = buffer.mutableReadableBytesSpan
    var header = bytes._mutatingExtracting(offset..<offset + WireLimits.headerLength)
    encode(into: &header)
  }

  /// Writes the header over the first 32 of `bytes`.
  func encode(into bytes: inout MutableRawSpan) {
    func store(_ number: UInt64, at offset: Int) {
      bytes.storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
    store(
      UInt64(Self.magic) | UInt64(Self.version) << 32 | UInt64(type.rawValue) << 40
        | UInt64(flags.rawValue) << 48, at: 0)
    store(UInt64(bodyLength), at: 8)
    store(correlationID, at: 16)
    store(UInt64(budgetMicroseconds) | UInt64(bodyChecksum) << 32, at: 24)
    let checksum = Self.checksum(of: bytes.bytes, at: 0)
    store(UInt64(bodyLength) | UInt64(checksum) << 32, at: 8)
  }

  /// Reads and verifies the header at the start of `bytes`.
  ///
  /// The order of the checks is that of <doc:Protocol>, and nothing is allocated.
  ///
  /// - Parameters:
  ///   - bytes: At least 32 bytes.
  ///   - sender: The side that sent the frame.
  ///   - maximumBodyLength: The largest body accepted.
  ///   - features: The features that were agreed on.
  /// - Throws: ``FrameFailure`` that says what becomes of the connection.
  public init(
    decoding bytes: RawSpan,
    from sender: Sender,
    maximumBodyLength: Int,
    features: Features
  ) throws(FrameFailure) {
    precondition(
      bytes.byteCount >= WireLimits.headerLength,
      "a header is 32 bytes, not \(bytes.byteCount)"
    )
    let first = unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
    )
    let second = unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)
    )
    let id = unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)
    )
    let last = unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 24, as: UInt64.self)
    )

    guard UInt32(truncatingIfNeeded: first) == Self.magic else {
      throw FrameFailure(.protocolViolation("this is not a frame of Apus"), .closeSilently)
    }
    guard UInt32(second >> 32) == Self.checksum(of: bytes, at: 0) else {
      throw FrameFailure(.headerChecksum, .close)
    }
    guard UInt8(truncatingIfNeeded: first >> 32) == Self.version else {
      throw FrameFailure(.version, .close)
    }
    guard let type = FrameType(rawValue: UInt8(truncatingIfNeeded: first >> 40)),
      type.isFromServer == (sender == .server), type.feature.isSubset(of: features)
    else {
      throw FrameFailure(.protocolViolation("the type of a frame is unknown"), .close)
    }
    let flags = FrameFlags(rawValue: UInt16(first >> 48))
    guard flags.isEmpty || (type.isScoring && flags.isSubset(of: features.flags)) else {
      throw FrameFailure(.protocolViolation("a flag is set that was not agreed on"), .close)
    }
    let length = UInt32(truncatingIfNeeded: second)
    guard
      length >= UInt32(WireLimits.bodyPrefixLength), length % UInt32(WireLimits.alignment) == 0
    else {
      throw FrameFailure(
        .protocolViolation("the length of a body is not a positive multiple of 8"),
        .close
      )
    }
    guard length <= maximumBodyLength else {
      throw FrameFailure(.tooLarge("a body is too long", limit: maximumBodyLength), .close)
    }
    guard type.allows(correlationID: id) else {
      throw FrameFailure(
        .protocolViolation("the correlation id does not fit the type of the frame"),
        .close
      )
    }
    self.init(
      type: type,
      flags: flags,
      bodyLength: length,
      correlationID: id,
      budgetMicroseconds: UInt32(truncatingIfNeeded: last),
      bodyChecksum: UInt32(last >> 32)
    )
  }

  private static func checksum(of bytes: RawSpan, at offset: Int) -> UInt32 {
    var checksum = CRC32C()
    checksum.update(bytes.extracting(offset..<offset + 12))
    checksum.update(bytes.extracting(offset + 16..<offset + 32))
    return checksum.value
  }
}

extension FrameHeader {
  /// The side of a connection that sent a frame.
  public enum Sender: Sendable {
    /// The side that connects and asks.
    case client
    /// The side that listens and answers.
    case server
  }
}
