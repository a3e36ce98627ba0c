import NIOCore

extension ByteBuffer {
  /// Calls `body` with all readable bytes as numbers, in place if they are aligned in memory.
  func withFloats<Result: ~Copyable, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = readableBytesSpan
    let isAligned = unsafe bytes.withUnsafeBytes { pointer in
      UInt(bitPattern: pointer.baseAddress) % UInt(MemoryLayout<Float>.alignment) == 0
    }
    if isAligned {
      return try body(unsafe bytes._unsafeView(as: Float.self))
    }
    return try body(ByteCursor(bytes).floats().span)
  }

  /// Returns a view of a part of the readable bytes, which must be there.
  ///
  /// It begins at its reader index, not at 0: a new view of the memory, as `getSlice` makes one,
  /// takes longer than to move two numbers.
  consuming func slice(at offset: Int, length: Int) -> ByteBuffer {
    let count = readableBytes
    precondition(
      0...count ~= offset && 0...count - offset ~= length,
      "\(length) bytes at \(offset) of \(count) were asked for")
    moveReaderIndex(forwardBy: offset)
    moveWriterIndex(to: readerIndex + length)
    return self
  }
}

extension Span<Float> {
  /// Returns the index of the first infinity or not-a-number.
  func firstNotFinite() -> Int? {
    let exponent: UInt32 = 0x7F80_0000
    for index in indices where self[index].bitPattern & exponent == exponent {
      return index
    }
    return nil
  }
}

#if _endian(big)
#error("Numbers are exchanged as they lie in memory, which must be little-endian.")
#endif
