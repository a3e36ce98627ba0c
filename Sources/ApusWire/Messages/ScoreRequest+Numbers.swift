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
    var rest = ByteCursor(data.readableBytesSpan)
    // Most columns of most requests miss nothing and say the same of themselves.
    let plainLength = RawColumn.Block.headLength + rowCount * Self.numberLength
    let plainHead = UInt64(RawColumn.Kind.number.rawValue) | UInt64(plainLength) << 32
    for index in 0..<columnCount {
      let cells = index * rowCount..<(index + 1) * rowCount
      if rest.count >= plainLength, plainLength <= UInt32.max,
        UInt64(littleEndian: rest.load(at: 0, as: UInt64.self)) == plainHead
      {
        try rest.copyNumbers(
          from: RawColumn.Block.headLength, into: &numbers, at: cells, column: index)
        rest.drop(plainLength)
        continue
      }
      var block = try RawColumn.Block(from: &rest)
      guard block.kind == .number else { return false }
      let missing = try block.readMissing(rowCount: rowCount)
      guard let values = block.bytes.take(rowCount * Self.numberLength) else {
        throw .protocolViolation("a column is shorter than its rows")
      }
      try values.copyNumbers(from: 0, into: &numbers, at: cells, column: index)
      try block.finish()
      for row in missing.indices where missing[row] {
        guard numbers[cells.lowerBound + row].bitPattern == 0 else { throw .missingNotZero }
        numbers[cells.lowerBound + row] = .nan
      }
    }
    guard rest.count == 0 else {
      throw .protocolViolation("the data of a body is too long")
    }
    return true
  }
}

extension ByteCursor {
  /// Copies the numbers that start after so many of the bytes that are left, which must be there.
  fileprivate func copyNumbers(
    from offset: Int, into numbers: inout MutableSpan<Double>, at cells: Range<Int>, column: Int
  ) throws(WireError) {
    var place = offset
    for cell in cells {
      let number = load(at: place, as: Double.self)
      guard number.isFinite else {
        throw .notFinite(row: cell - cells.lowerBound, column: column)
      }
      numbers[cell] = number
      place += MemoryLayout<Double>.size
    }
  }
}
