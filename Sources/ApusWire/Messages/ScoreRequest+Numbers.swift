import NIOCore

extension ScoreRequest {
  /// Whether the bytes suffice for a number in each cell; memory may be set aside for them then.
  public var canBeNumbers: Bool {
    // Rows are below 2^32 and columns at most 2^16, so nothing overflows.
    data.readableBytes >= columnCount * (RawColumn.Block.headLength + rowCount * Self.numberLength)
  }

  private static var numberLength: Int { MemoryLayout<Double>.size }

  /// Reads the columns of a request, if all of them are numbers.
  ///
  /// What is verified is what ``rawColumns()`` verifies. Nothing is allocated for a column without
  /// missing values.
  ///
  /// - Parameter numbers: Room for `columnCount` times `rowCount` numbers, column after column;
  ///   each is finite, or NaN where a value is missing.
  /// - Returns: Whether all columns are numbers; if not, nothing is known of those behind the first
  ///   that is none.
  /// - Throws: ``WireError`` with code PROTOCOL or BAD_INPUT.
  /// - Precondition: ``canBeNumbers``.
  public func readNumbers(into numbers: inout MutableSpan<Double>) throws(WireError) -> Bool {
    precondition(encoding == .rawColumns, "the rows of this request are floats")
    precondition(
      numbers.count == columnCount * rowCount,
      "\(columnCount) columns of \(rowCount) rows do not fit \(numbers.count) numbers")
    if readWithoutGaps(into: &numbers) { return true }
    var rest = ByteCursor(data.readableBytesSpan)
    for index in 0..<columnCount {
      var block = try RawColumn.Block(from: &rest)
      guard block.kind == .number else { return false }
      let missing = try block.readMissing(rowCount: rowCount)
      guard let values = block.bytes.take(rowCount * Self.numberLength) else {
        throw .protocolViolation("a column is shorter than its rows")
      }
      let first = index * rowCount
      for row in 0..<rowCount {
        let number = values.load(at: row * Self.numberLength, as: Double.self)
        guard number.isFinite else { throw .notFinite(row: row, column: index) }
        numbers[first + row] = number
      }
      try block.finish()
      for row in missing.indices where missing[row] {
        guard numbers[first + row].bitPattern == 0 else { throw .missingNotZero }
        numbers[first + row] = .nan
      }
    }
    guard rest.count == 0 else {
      throw .protocolViolation("the data of a body is too long")
    }
    return true
  }

  /// Reads columns of numbers none of which is missing, as those of most requests are, in one pass
  /// without a way out.
  ///
  /// - Returns: Whether that is what the columns are; if not, nothing is known of the numbers.
  private func readWithoutGaps(into numbers: inout MutableSpan<Double>) -> Bool {
    let bytes = data.readableBytesSpan
    let length = RawColumn.Block.headLength + rowCount * Self.numberLength
    guard length <= UInt32.max, bytes.byteCount == columnCount * length else { return false }
    let head = UInt64(RawColumn.Kind.number.rawValue) | UInt64(length) << 32
    var otherBits: UInt64 = 0
    var isFinite = true
    var (cell, place) = (0, 0)
    for _ in 0..<columnCount {
      // The lengths of both sides were compared above.
      let found = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: place, as: UInt64.self)
      otherBits |= UInt64(littleEndian: found) ^ head
      place &+= RawColumn.Block.headLength
      for _ in 0..<rowCount {
        let number = unsafe bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: place, as: Double.self)
        isFinite = number.isFinite && isFinite
        unsafe numbers[unchecked: cell] = number
        cell &+= 1
        place &+= Self.numberLength
      }
    }
    return otherBits == 0 && isFinite
  }
}
