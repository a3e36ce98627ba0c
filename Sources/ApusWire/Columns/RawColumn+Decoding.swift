import NIOCore

extension RawColumn {
  /// Takes one column block from the front of `data`.
  ///
  /// Every length is verified against the bytes that are there before anything is allocated.
  init(from data: inout ByteBuffer, rowCount: Int, index: Int) throws(WireError) {
    guard
      let kindByte = data.readInteger(as: UInt8.self),
      let missingByte = data.readInteger(as: UInt8.self),
      let reserved = data.readInteger(endianness: .little, as: UInt16.self),
      let length = data.readInteger(endianness: .little, as: UInt32.self),
      length >= 8, length % 8 == 0, var block = data.readSlice(length: Int(length) - 8)
    else {
      throw .protocolViolation("a column does not fit the body")
    }
    guard let kind = Kind(rawValue: kindByte) else {
      throw .protocolViolation("the kind of a column is unknown")
    }
    guard missingByte <= 1 else { throw .protocolViolation("a boolean is neither 0 nor 1") }
    guard reserved == 0 else { throw .reservedNotZero }

    var missing: [Bool] = []
    if missingByte == 1 { missing = try block.readBitmap(count: rowCount) }
    let values: Values
    switch kind {
    case .number:
      values = .numbers(try block.readNumbers(count: rowCount, column: index))
    case .boolean:
      values = .booleans(try block.readBooleans(count: rowCount, column: index))
    case .category:
      values = try block.readCategories(count: rowCount, column: index, missing: missing)
    }
    guard block.readableBytes < 8, block.readableBytesView.allSatisfy({ $0 == 0 }) else {
      throw .protocolViolation("a column is longer than its values")
    }
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
      guard isZero else { throw .protocolViolation("the value of a missing row is not zero") }
    }
  }
}

extension ByteBuffer {
  /// Reads one bit per row, and the padding behind them.
  mutating func readBitmap(count: Int) throws(WireError) -> [Bool] {
    let length = ((count + 7) / 8 + 7) & ~7
    guard let bytes = readSlice(length: length) else {
      throw .protocolViolation("a column is shorter than its rows")
    }
    let bits = bytes.readableBytesSpan
    func bit(_ index: Int) -> Bool {
      let byte = unsafe bits.unsafeLoad(fromByteOffset: index / 8, as: UInt8.self)
      return byte >> UInt8(index % 8) & 1 == 1
    }
    for index in count..<length * 8 where bit(index) {
      throw .protocolViolation("a bit past the last row is set")
    }
    return (0..<count).map(bit)
  }

  fileprivate mutating func readNumbers(count: Int, column: Int) throws(WireError) -> [Double] {
    guard let bytes = readSlice(length: count * 8) else {
      throw .protocolViolation("a column is shorter than its rows")
    }
    let span = bytes.readableBytesSpan
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for row in 0..<count {
      let number = unsafe span.unsafeLoadUnaligned(fromByteOffset: row * 8, as: Double.self)
      guard number.isFinite else { throw .notFinite(row: row, column: column) }
      numbers.append(number)
    }
    return numbers
  }

  fileprivate mutating func readBooleans(count: Int, column: Int) throws(WireError) -> [Bool] {
    guard let bytes = readSlice(length: count) else {
      throw .protocolViolation("a column is shorter than its rows")
    }
    var booleans: [Bool] = []
    booleans.reserveCapacity(count)
    for (row, byte) in bytes.readableBytesView.enumerated() {
      guard byte <= 1 else {
        throw .badInput("a boolean is neither 0 nor 1", row: row, column: column)
      }
      booleans.append(byte == 1)
    }
    return booleans
  }

  fileprivate mutating func readCategories(
    count: Int,
    column: Int,
    missing: [Bool]
  ) throws(WireError) -> RawColumn.Values {
    guard
      let entryCount = readInteger(endianness: .little, as: UInt32.self),
      let textLength = readInteger(endianness: .little, as: UInt32.self),
      entryCount <= count,
      let ends = readSlice(length: Int(entryCount) * 4),
      let codeBytes = readSlice(length: count * 4),
      let text = readSlice(length: Int(textLength))
    else {
      throw .protocolViolation("the dictionary of a column does not fit its length")
    }
    let dictionary = try text.split(at: ends, count: Int(entryCount))
    var codes: [UInt32] = []
    codes.reserveCapacity(count)
    let span = codeBytes.readableBytesSpan
    for row in 0..<count {
      let code = unsafe span.unsafeLoadUnaligned(fromByteOffset: row * 4, as: UInt32.self)
      guard code < entryCount || (code == 0 && !missing.isEmpty && missing[row]) else {
        throw .badInput("a category is not in its dictionary", row: row, column: column)
      }
      codes.append(code)
    }
    return .categories(dictionary: dictionary, codes: codes)
  }

  /// Cuts the text of a dictionary at the ends of its entries.
  private func split(at ends: ByteBuffer, count: Int) throws(WireError) -> [String] {
    var ends = ends
    var texts: [String] = []
    texts.reserveCapacity(count)
    var start = 0
    while let end = ends.readInteger(endianness: .little, as: UInt32.self) {
      guard end >= start, Int(end) <= readableBytes,
        let bytes = getSlice(at: readerIndex + start, length: Int(end) - start)
      else {
        throw .protocolViolation("the ends of a dictionary are out of order")
      }
      texts.append(try bytes.validatedText())
      start = Int(end)
    }
    guard start == readableBytes else {
      throw .protocolViolation("the ends of a dictionary do not match its text")
    }
    return texts
  }
}
