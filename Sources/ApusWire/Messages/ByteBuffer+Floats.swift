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
    return try body(floats().span)
  }

  /// Copies all readable bytes as numbers.
  func floats() -> [Float] {
    let bytes = readableBytesSpan
    return [Float](capacity: readableBytes / 4) { output in
      for index in 0..<bytes.byteCount / 4 {
        output.append(
          unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index * 4, as: Float.self)
        )
      }
    }
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
