import NIOCore

extension ScoreRequest {
  /// The bytes of the rows.
  package var byteCount: Int { data.readableBytes }

  /// Copies the matrix, row after row, and verifies that each number is finite.
  ///
  /// - Parameter rows: Room for `rowCount` times `columnCount` numbers.
  /// - Throws: ``WireError`` with code BAD_INPUT, and row and column of the first that is not.
  package func copyFiniteRows(into rows: inout MutableSpan<Float>) throws(WireError) {
    let areFinite = withFloatRows { numbers in numbers.copyFinite(into: &rows) }
    if !areFinite { try verifyFinite() }
  }
}

extension RankRequest {
  /// The bytes of the items.
  package var byteCount: Int { data.readableBytes }

  /// Takes the request out of a buffer that is to be used again.
  ///
  /// - Parameter limit: Larger requests stay where they are.
  /// - Returns: The same request, in memory of its own.
  package func detached(upTo limit: Int) -> RankRequest {
    var copy = self
    copy.data = data.detached(upTo: limit)
    return copy
  }
}

extension ByteBuffer {
  func detached(upTo limit: Int) -> ByteBuffer {
    guard readableBytes <= limit else { return self }
    var copy = ByteBuffer()
    copy.writeImmutableBuffer(self)
    return copy
  }
}

extension Span<Float> {
  /// Copies all numbers and returns whether each is finite; a loop without a way out, so that the
  /// processor takes many at once.
  fileprivate func copyFinite(into target: inout MutableSpan<Float>) -> Bool {
    let exponent: UInt32 = 0x7F80_0000
    precondition(
      target.count == count, "\(count) numbers do not fit room for \(target.count)")
    var bad: UInt32 = 0
    for index in indices {
      let value = unsafe self[unchecked: index]
      unsafe target[unchecked: index] = value
      bad |= value.bitPattern & exponent == exponent ? 1 : 0
    }
    return bad == 0
  }
}
