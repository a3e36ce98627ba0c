extension RawColumn {
  /// Takes one column block from the front of `data`.
  ///
  /// Every length is verified against the bytes that are there before anything is allocated.
  init(from data: inout ByteCursor, rowCount: Int, index: Int) throws(WireError) {
    var block = try Block(from: &data)
    let missing = try block.readMissing(rowCount: rowCount)
    let values: Values
    switch block.kind {
    case .number:
      values = .numbers(try block.bytes.readNumbers(count: rowCount, column: index))
    case .boolean:
      values = .booleans(try block.bytes.readBooleans(count: rowCount, column: index))
    case .category:
      values = try block.bytes.readCategories(count: rowCount, column: index, missing: missing)
    }
    try block.finish()
    self.init(values: values, missing: missing)
    try verifyMissingAreZero()
  }

  private func verifyMissingAreZero() throws(WireError) {
    for row in missing.indices where missing[row] {
      let isZero =
        switch values {
        case .numbers(let numbers): numbers[row].bitPattern == 0
        case .booleans(let booleans): !booleans[row]
        case .categories(_, let codes): codes[row] == 0
        }
      guard isZero else { throw .missingNotZero }
    }
  }
}

extension ByteCursor {
  /// Reads one bit per row, and the padding behind them.
  @_lifetime(self: copy self)
  mutating func readBitmap(count: Int) throws(WireError) -> [Bool] {
    let length = ((count + 7) / 8 + 7) & ~7
    guard let bits = take(length) else {
      throw .protocolViolation("a column is shorter than its rows")
    }
    var rows: [Bool] = []
    rows.reserveCapacity(count)
    for index in 0..<length * 8 {
      let isSet = bits.load(at: index / 8, as: UInt8.self) >> UInt8(index % 8) & 1 == 1
      if index < count {
        rows.append(isSet)
      } else if isSet {
        throw .protocolViolation("a bit past the last row is set")
      }
    }
    return rows
  }

  @_lifetime(self: copy self)
  fileprivate mutating func readNumbers(count: Int, column: Int) throws(WireError) -> [Double] {
    guard let bytes = take(count * 8) else {
      throw .protocolViolation("a column is shorter than its rows")
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for row in 0..<count {
      let number = bytes.load(at: row * 8, as: Double.self)
      guard number.isFinite else { throw .notFinite(row: row, column: column) }
      numbers.append(number)
    }
    return numbers
  }

  @_lifetime(self: copy self)
  fileprivate mutating func readBooleans(count: Int, column: Int) throws(WireError) -> [Bool] {
    guard let bytes = take(count) else {
      throw .protocolViolation("a column is shorter than its rows")
    }
    var booleans: [Bool] = []
    booleans.reserveCapacity(count)
    for row in 0..<count {
      let byte = bytes.load(at: row, as: UInt8.self)
      guard byte <= 1 else {
        throw .badInput("a boolean is neither 0 nor 1", row: row, column: column)
      }
      booleans.append(byte == 1)
    }
    return booleans
  }

  @_lifetime(self: copy self)
  fileprivate mutating func readCategories(
    count: Int,
    column: Int,
    missing: [Bool]
  ) throws(WireError) -> RawColumn.Values {
    guard
      let entryCount = read(UInt32.self), let textLength = read(UInt32.self), entryCount <= count,
      let ends = take(Int(entryCount) * 4), let codeBytes = take(count * 4),
      let text = take(Int(textLength))
    else {
      throw .protocolViolation("the dictionary of a column does not fit its length")
    }
    let dictionary = try text.split(at: ends)
    var codes: [UInt32] = []
    codes.reserveCapacity(count)
    for row in 0..<count {
      let code = codeBytes.load(at: row * 4, as: UInt32.self)
      guard code < entryCount || (code == 0 && !missing.isEmpty && missing[row]) else {
        throw .badInput("a category is not in its dictionary", row: row, column: column)
      }
      codes.append(code)
    }
    return .categories(dictionary: dictionary, codes: codes)
  }

  /// Cuts the text of a dictionary at the ends of its entries.
  private func split(at ends: ByteCursor) throws(WireError) -> [String] {
    var ends = ends
    var text = self
    var texts: [String] = []
    texts.reserveCapacity(ends.count / 4)
    var start = 0
    while let end = ends.read(UInt32.self).map(Int.init) {
      guard let bytes = text.take(end - start) else {
        throw .protocolViolation("the ends of a dictionary are out of order")
      }
      texts.append(try bytes.validatedText())
      start = end
    }
    guard text.count == 0 else {
      throw .protocolViolation("the ends of a dictionary do not match its text")
    }
    return texts
  }
}
