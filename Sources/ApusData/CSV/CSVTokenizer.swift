/// Finds the fields of CSV text, as RFC 4180 draws them, in blocks of complete rows.
///
/// ```
/// bytes    I D , n o t e ↵ 7 , " a , " " b " ↵ 8 , x
/// fields   [0,2) [3,7)     [8,9) [11,16)e       (rest: a row that has not ended yet)
/// ```
///
/// Rows end with LF, CRLF or CR; empty lines are skipped. A field that begins with a quote ends with
/// the next quote that is not doubled, and may hold delimiters and line ends. A quote inside an
/// unquoted field is an ordinary byte. The tokenizer looks at structure only: kinds, missing values
/// and UTF-8 are the business of the columns.
struct CSVTokenizer {
  /// Where a field's text is, without its quotes.
  struct Field {
    private let start: UInt32
    private let lengthAndFlag: UInt32

    init(start: Int, end: Int, isEscaped: Bool) {
      self.start = UInt32(truncatingIfNeeded: start)
      self.lengthAndFlag =
        UInt32(truncatingIfNeeded: end - start) << 1 | (isEscaped ? 1 : 0)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(lengthAndFlag >> 1) }

    /// Whether the text holds doubled quotes, which stand for single ones.
    var isEscaped: Bool { lengthAndFlag & 1 == 1 }
  }

  /// The number of bytes that one row may have.
  static let maximumRowBytes = 1 << 30

  let file: String?
  let delimiter: UInt8
  let maximumFieldBytes: Int

  /// The fields of the complete rows of the last block, row by row.
  private(set) var fields: [Field] = []

  /// The line on which each of those rows began, 1-based.
  private(set) var lines: [Int] = []

  /// The number of fields in every row, fixed by the first row.
  private(set) var fieldsPerRow: Int?

  /// The line on which the next row begins.
  private var line = 1

  init(file: String?, delimiter: UInt8, maximumFieldBytes: Int) {
    self.file = file
    self.delimiter = delimiter
    self.maximumFieldBytes = maximumFieldBytes
  }

  /// Finds the fields of all rows that are complete in a block.
  ///
  /// - Parameters:
  ///   - buffer: The block; it begins where a row begins.
  ///   - count: The number of bytes that the block has.
  ///   - isLast: Whether the input ends where the block ends.
  ///   - rowLimit: How many rows to find at most.
  /// - Returns: The number of bytes that those rows have; the next block begins with the rest.
  /// - Throws: `DataError` with `raggedRow`, `malformedQuote` or `fieldTooLong`.
  mutating func tokenize(
    _ buffer: [UInt8],
    count: Int,
    isLast: Bool,
    rowLimit: Int = .max
  ) throws(DataError) -> Int {
    let bytes = buffer.span.extracting(0..<count)
    fields.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    var start = 0
    while start < bytes.count, lines.count < rowLimit {
      if let next = skippedLineEnd(bytes, at: start, isLast: isLast) {
        guard next > start else { return start }
        line += 1
        start = next
        continue
      }
      guard let next = try tokenizeRow(bytes, from: start, isLast: isLast) else {
        return start
      }
      start = next
    }
    return start
  }

  /// The place behind a line end at `index`: nil if there is none, `index` itself if it may go on
  /// past the block.
  @inline(__always)
  private func skippedLineEnd(
    _ bytes: Span<UInt8>,
    at index: Int,
    isLast: Bool
  ) -> Int? {
    switch bytes[index] {
    case Byte.lineFeed: index + 1
    case Byte.carriageReturn:
      if index + 1 < bytes.count {
        bytes[index + 1] == Byte.lineFeed ? index + 2 : index + 1
      } else {
        isLast ? index + 1 : index
      }
    default: nil
    }
  }

  /// Finds the fields of one row that is not empty.
  ///
  /// - Returns: Where the next row begins, or nil, with no trace left, when this row has not ended.
  private mutating func tokenizeRow(
    _ bytes: Span<UInt8>,
    from start: Int,
    isLast: Bool
  ) throws(DataError) -> Int? {
    let firstField = fields.count
    let count = bytes.count
    var linesInside = 0
    var cursor = start
    while true {
      if cursor < count, bytes[cursor] == Byte.quote {
        guard
          let end = try tokenizeQuoted(
            bytes,
            from: cursor,
            isLast: isLast,
            linesInside: &linesInside
          )
        else { break }
        cursor = end
      } else {
        let fieldStart = cursor
        cursor = fieldEnd(bytes, from: cursor)
        try checkLength(cursor - fieldStart)
        if cursor == count, !isLast { break }
        fields.append(Field(start: fieldStart, end: cursor, isEscaped: false))
      }
      if cursor < count, bytes[cursor] == delimiter {
        cursor += 1
        continue
      }
      let next =
        cursor == count
        ? count : skippedLineEnd(bytes, at: cursor, isLast: isLast) ?? cursor
      if cursor < count, next == cursor { break }
      try finishRow(firstField: firstField, linesInside: linesInside)
      return next
    }
    fields.removeLast(fields.count - firstField)
    guard count - start < Self.maximumRowBytes else {
      throw fault(.fieldTooLong, "a row has more than \(Self.maximumRowBytes) bytes")
    }
    return nil
  }

  /// Finds the end of a quoted field, which `start` opens.
  ///
  /// - Returns: The place behind the closing quote, or nil when the block ends too early to tell.
  private mutating func tokenizeQuoted(
    _ bytes: Span<UInt8>,
    from start: Int,
    isLast: Bool,
    linesInside: inout Int
  ) throws(DataError) -> Int? {
    var isEscaped = false
    var cursor = start + 1
    while cursor < bytes.count {
      let byte = bytes[cursor]
      cursor += 1
      if byte == Byte.lineFeed {
        linesInside += 1
      } else if byte == Byte.carriageReturn {
        if cursor < bytes.count, bytes[cursor] != Byte.lineFeed { linesInside += 1 }
      } else if byte == Byte.quote {
        if cursor == bytes.count, !isLast { return nil }
        if cursor < bytes.count, bytes[cursor] == Byte.quote {
          isEscaped = true
          cursor += 1
          continue
        }
        try checkLength(cursor - start - 2)
        guard cursor == bytes.count || endsField(bytes[cursor]) else {
          throw fault(
            .malformedQuote,
            "text follows a closing quote",
            expected: "a delimiter, a line end, or a doubled quote",
            found: String(decoding: [bytes[cursor]], as: UTF8.self)
          )
        }
        fields.append(Field(start: start + 1, end: cursor - 1, isEscaped: isEscaped))
        return cursor
      }
    }
    try checkLength(cursor - start - 1)
    guard !isLast else {
      throw fault(.malformedQuote, "a quoted field is not closed before the end of the input")
    }
    return nil
  }

  private mutating func finishRow(firstField: Int, linesInside: Int) throws(DataError) {
    let found = fields.count - firstField
    if let expected = fieldsPerRow {
      guard found == expected else {
        throw fault(
          .raggedRow,
          "the row has another number of fields than the first row",
          expected: "\(expected) fields",
          found: "\(found)"
        )
      }
    } else {
      fieldsPerRow = found
    }
    lines.append(line)
    line += linesInside + 1
  }

  /// The first byte from `start` on that ends an unquoted field, or the end of the block.
  ///
  /// Looks at eight bytes at a time: a byte is marked when it is the delimiter, or below 14, which the
  /// line ends are. The lowest mark is exact (borrows only disturb those above it); the rare other
  /// control bytes that it may be are passed over.
  @inline(__always)
  private func fieldEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits: UInt64 = 0x8080_8080_8080_8080
    let delimiters = ones &* UInt64(delimiter)
    var cursor = start
    while cursor + 8 <= bytes.count {
      let word = bytes.word(at: cursor)
      let difference = word ^ delimiters
      let marks =
        ((difference &- ones) & ~difference | (word &- ones &* 14) & ~word) & highBits
      if marks == 0 {
        cursor += 8
        continue
      }
      cursor += marks.trailingZeroBitCount >> 3
      if endsField(bytes[cursor]) { return cursor }
      cursor += 1
    }
    while cursor < bytes.count, !endsField(bytes[cursor]) { cursor += 1 }
    return cursor
  }

  @inline(__always)
  private func endsField(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == Byte.lineFeed || byte == Byte.carriageReturn
  }

  @inline(__always)
  private func checkLength(_ length: Int) throws(DataError) {
    guard length <= maximumFieldBytes else {
      throw fault(
        .fieldTooLong,
        "a field is too long",
        expected: "at most \(maximumFieldBytes) bytes",
        found: "\(length) or more"
      )
    }
  }

  private func fault(
    _ code: DataError.Code,
    _ message: String,
    expected: String? = nil,
    found: String? = nil
  ) -> DataError {
    DataError(code, message, file: file, line: line, expected: expected, found: found)
  }
}
