import NIOCore

extension ScoreRequest {
  /// Reads the columns of a request, if they are numbers, where they lie.
  ///
  /// What is verified is what ``rawColumns()`` verifies. Nothing is allocated for a column without
  /// missing values.
  ///
  /// - Parameter body: Takes the index of a column and its values by row, nil where one is missing;
  ///   returns whether to go on.
  /// - Returns: Whether all columns are numbers and `body` took them.
  /// - Throws: ``WireError`` with code PROTOCOL or BAD_INPUT, or what `body` throws.
  public func readNumbers(
    _ body: (Int, (Int) -> Double?) throws(WireError) -> Bool
  ) throws(WireError) -> Bool {
    precondition(encoding == .rawColumns, "the rows of this request are floats")
    var rest = ByteCursor(data.readableBytesSpan)
    // Most columns of most requests miss nothing and say the same of themselves.
    let plainLength = 8 + 8 * rowCount
    let plainHead = UInt64(RawColumn.Kind.number.rawValue) | UInt64(plainLength) << 32
    for index in 0..<columnCount {
      if rest.count >= plainLength, plainLength <= UInt32.max,
        UInt64(littleEndian: rest.load(at: 0, as: UInt64.self)) == plainHead,
        var block = rest.take(plainLength), block.take(8) != nil
      {
        let values = try block.takeNumbers(count: rowCount, column: index)
        guard try body(index, { row in values.load(at: row * 8, as: Double.self) }) else {
          return false
        }
        continue
      }
      var block = try RawColumn.Block(from: &rest)
      guard block.kind == .number else { return false }
      let missing = try block.readMissing(rowCount: rowCount)
      let values = try block.bytes.takeNumbers(count: rowCount, column: index)
      try block.finish()
      for row in missing.indices where missing[row] {
        guard values.load(at: row * 8, as: UInt64.self) == 0 else { throw .missingNotZero }
      }
      let isTaken = try body(index) { row in
        missing.isEmpty || !missing[row] ? values.load(at: row * 8, as: Double.self) : nil
      }
      guard isTaken else { return false }
    }
    guard rest.count == 0 else {
      throw .protocolViolation("the data of a body is too long")
    }
    return true
  }
}
