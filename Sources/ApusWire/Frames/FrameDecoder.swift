public import NIOCore

/// Cuts a stream of bytes into verified frames.
///
/// The decoder holds no bytes: it takes whole frames from the front of the caller's buffer and
/// leaves the rest there. It verifies a header as soon as its 32 bytes are there, before the caller
/// has read any of the body, and only once.
///
/// ```
/// buffer:  | header | body        | header | bo…
///          '------ next() -------' '-- nil: wait for more
/// ```
public struct FrameDecoder: Sendable {
  /// The largest body accepted, in bytes.
  ///
  /// It is 4096 until HELLO_OK, then the granted limit.
  public var maximumBodyLength: Int

  /// The features that HELLO_OK agreed on; none before.
  public var features: Features

  private let sender: FrameHeader.Sender
  private var pendingHeader: FrameHeader?

  /// Creates a decoder at the start of a connection.
  ///
  /// - Parameters:
  ///   - sender: The side whose frames are read.
  ///   - maximumBodyLength: The largest body accepted, in bytes.
  ///   - features: The features that were agreed on.
  public init(
    from sender: FrameHeader.Sender,
    maximumBodyLength: Int = WireLimits.handshakeBodyLength,
    features: Features = []
  ) {
    self.sender = sender
    self.maximumBodyLength = maximumBodyLength
    self.features = features
  }

  /// Takes the next whole frame from the front of `buffer`.
  ///
  /// - Parameter buffer: What was received and not yet taken.
  /// - Returns: The frame, or `nil` if `buffer` does not hold all of it yet.
  /// - Throws: ``FrameFailure``. If the connection survives it, the bad frame was taken from
  ///   `buffer` and the decoder may be called again; else it must not be.
  public mutating func next(from buffer: inout ByteBuffer) throws(FrameFailure) -> Frame? {
    guard pendingHeader != nil || buffer.readableBytes >= WireLimits.headerLength else {
      try rejectForeignBytes(buffer)
      return nil
    }
    let front = try front(of: buffer.readableBytesSpan)
    buffer.moveReaderIndex(forwardBy: front.headerLength)
    guard let checksum = front.bodyChecksum else {
      pendingHeader = front.header
      return nil
    }
    pendingHeader = nil
    let body = buffer.slice(at: 0, length: Int(front.header.bodyLength))
    buffer.moveReaderIndex(forwardBy: body.readableBytes)
    guard checksum == front.header.bodyChecksum else {
      throw FrameFailure(.bodyChecksum, .answer(correlationID: front.header.correlationID))
    }
    return Frame(header: front.header, body: body)
  }

  /// What stands in front of what was received.
  private struct Front {
    let header: FrameHeader
    /// The bytes of the header; 0 if it was taken before.
    let headerLength: Int
    /// The checksum of the body that follows; nil if not all of it is there.
    let bodyChecksum: UInt32?
  }

  /// Verifies a header, or takes up the one before, and adds up the body behind it.
  private func front(of bytes: RawSpan) throws(FrameFailure) -> Front {
    let header: FrameHeader
    let headerLength: Int
    if let pendingHeader {
      (header, headerLength) = (pendingHeader, 0)
    } else {
      header = try FrameHeader(
        decoding: bytes, from: sender, maximumBodyLength: maximumBodyLength, features: features)
      headerLength = WireLimits.headerLength
    }
    let body = headerLength..<headerLength + Int(header.bodyLength)
    return Front(
      header: header, headerLength: headerLength,
      bodyChecksum: body.upperBound <= bytes.byteCount
        ? CRC32C.checksum(bytes.extracting(body)) : nil)
  }

  /// Whether the decoder took a header whose body is not complete.
  public var isInsideFrame: Bool { pendingHeader != nil }

  /// Does not let a peer of another protocol wait for 32 bytes that it will never send.
  private func rejectForeignBytes(_ buffer: ByteBuffer) throws(FrameFailure) {
    guard
      let start = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self)
    else { return }
    if start != FrameHeader.magic {
      throw FrameFailure(.protocolViolation("this is not a frame of Apus"), .closeSilently)
    }
  }
}
