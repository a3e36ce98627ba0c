public import NIOCore

extension ByteBuffer {
  /// Appends a frame whose body is written by `writeBody`.
  ///
  /// The body is padded to a multiple of 8; lengths and checksums are filled in afterwards. If
  /// `writeBody` throws, the buffer is as it was.
  ///
  /// - Parameters:
  ///   - type: What the frame is.
  ///   - correlationID: The number that joins a reply to its request.
  ///   - budgetMicroseconds: The microseconds that the sender still has.
  ///   - flags: What a request asks for beside its answer.
  ///   - extensions: What goes along with the body; asked for after the body was written.
  ///   - writeBody: Writes the body at the end of the buffer.
  /// - Throws: What `writeBody` throws.
  @inlinable
  public mutating func writeFrame<Failure: Error>(
    _ type: FrameType,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    flags: FrameFlags = [],
    extensions: @autoclosure () -> Extensions = Extensions(),
    writeBody: (inout ByteBuffer) throws(Failure) -> Void
  ) throws(Failure) {
    let start = writerIndex
    // The header is written when the body is known.
    reserveCapacity(minimumWritableBytes: WireLimits.headerLength)
    moveWriterIndex(forwardBy: WireLimits.headerLength)
    do {
      try writeBody(&self)
    } catch {
      moveWriterIndex(to: start)
      throw error
    }
    sealFrame(
      type,
      startingAt: start,
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      flags: flags,
      extensions: extensions()
    )
  }

  /// Appends a frame without extensions whose length is known, in one piece.
  ///
  /// - Parameters:
  ///   - type: What the frame is.
  ///   - correlationID: The number that joins a reply to its request.
  ///   - bodyLength: The bytes of the body, a multiple of 8.
  ///   - fillBody: Writes all bytes of the body.
  mutating func writeFrame(
    _ type: FrameType, correlationID: UInt64, bodyLength: Int,
    fillBody: (inout MutableRawSpan) -> Void
  ) {
    precondition(
      bodyLength % WireLimits.alignment == 0,
      "a body of \(bodyLength) bytes is no multiple of \(WireLimits.alignment)")
    write(length: WireLimits.headerLength + bodyLength) { bytes in
      let bodyPlace = WireLimits.headerLength..<bytes.byteCount
      var body = bytes._mutatingExtracting(bodyPlace)
      fillBody(&body)
      FrameHeader(
        type: type, bodyLength: UInt32(bodyLength), correlationID: correlationID,
        bodyChecksum: CRC32C.checksum(bytes.bytes.extracting(bodyPlace))
      ).encode(into: &bytes)
    }
  }

  /// Appends so many bytes, all of which `fill` must write: what it leaves out goes over the wire
  /// as it lies in memory.
  mutating func write(length: Int, fill: (inout MutableRawSpan) -> Void) {
    unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: length) { room in
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: room[..<length])
      var bytes = unsafe MutableRawSpan(_unsafeBytes: part)
      fill(&bytes)
      return length
    }
  }

  /// Pads the body of the frame that began at `start`, adds extensions and fills the header in.
  @usableFromInline
  mutating func sealFrame(
    _ type: FrameType,
    startingAt start: Int,
    correlationID: UInt64,
    budgetMicroseconds: UInt32,
    flags: FrameFlags,
    extensions: Extensions
  ) {
    let bodyStart = start + WireLimits.headerLength
    writePadding(since: bodyStart)
    if !extensions.isEmpty { writeExtensions(extensions, ofBodyAt: bodyStart) }
    let offset = start - readerIndex
    let body = offset + WireLimits.headerLength..<writerIndex - readerIndex
    var bytes = mutableReadableBytesSpan
    let header = FrameHeader(
      type: type,
      flags: flags,
      bodyLength: UInt32(body.count),
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      bodyChecksum: CRC32C.checksum(bytes.bytes.extracting(body))
    )
    var head = bytes._mutatingExtracting(offset..<body.lowerBound)
    header.encode(into: &head)
  }

  /// Appends extensions to a padded body and tells their length in its first bytes.
  private mutating func writeExtensions(_ extensions: Extensions, ofBodyAt bodyStart: Int) {
    let start = writerIndex
    extensions.encode(into: &self)
    setInteger(UInt32(writerIndex - start), at: bodyStart + 4, endianness: .little)
  }

  /// Writes zero bytes until a multiple of 8 bytes has been written since `start`.
  mutating func writePadding(since start: Int) {
    let remainder = (writerIndex - start) % WireLimits.alignment
    if remainder != 0 {
      writeRepeatingByte(0, count: WireLimits.alignment - remainder)
    }
  }

  /// Writes the eight bytes that open every body.
  mutating func writeBodyPrefix(blockLength: UInt16) {
    writeInteger(UInt64(blockLength), endianness: .little)
  }

  /// Writes a count of bytes and a text.
  mutating func writeText(_ text: String, maximumLength: Int = WireLimits.stringLength) {
    let length = text.utf8.count
    precondition(
      length <= maximumLength,
      "a text is \(length) bytes long, more than \(maximumLength)"
    )
    writeInteger(UInt16(length), endianness: .little)
    writeString(text)
  }
}
