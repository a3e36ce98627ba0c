import ApusWire
import NIOCore

extension ByteBuffer {
  /// Makes each frame of a stream one that decoders look into: with magic number, version, a body
  /// that fits the stream, and right checksums.
  mutating func mendFrames() {
    var start = readerIndex
    while writerIndex - start >= WireLimits.headerLength {
      let room = (writerIndex - start - WireLimits.headerLength) & ~7
      let wanted = Int(getInteger(at: start + 8, endianness: .little, as: UInt32.self) ?? 0)
      let length = min(wanted & 0xFFF8, room)
      setInteger(FrameHeader.magic, at: start, endianness: .little)
      setInteger(FrameHeader.version, at: start + 4)
      setInteger(UInt32(length), at: start + 8, endianness: .little)
      let body = checksum(start + WireLimits.headerLength, length: length)
      setInteger(body, at: start + Self.bodyChecksumOffset, endianness: .little)
      var header = CRC32C()
      if let front = getSlice(at: start, length: 12) { header.update(front.readableBytesSpan) }
      if let back = getSlice(at: start + 16, length: 16) { header.update(back.readableBytesSpan) }
      setInteger(header.value, at: start + 12, endianness: .little)
      start += WireLimits.headerLength + length
    }
  }

  private static var bodyChecksumOffset: Int { 28 }

  private func checksum(_ start: Int, length: Int) -> UInt32 {
    getSlice(at: start, length: length).map { CRC32C.checksum($0.readableBytesSpan) } ?? 0
  }
}
