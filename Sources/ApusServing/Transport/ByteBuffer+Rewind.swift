import NIOCore

extension ByteBuffer {
  /// Empties the buffer, which keeps its memory.
  ///
  /// `clear()` also asks at once whether anybody else holds that memory, as the next write does.
  mutating func rewind() {
    moveReaderIndex(to: 0)
    moveWriterIndex(to: 0)
  }
}
