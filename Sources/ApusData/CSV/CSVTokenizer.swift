/// Finds the fields of CSV text, as RFC 4180 draws them, in blocks of complete rows.
///
/// ```
/// bytes    I D , n o t e ↵ 7 , " a , " " b " ↵ 8 , x
/// fields   [0,2) [3,7)     [8,9) [11,16)e       (rest: a row that has not ended yet)
/// ```
///
/// Rows end with LF, CRLF or CR; empty lines are skipped. A field that begins with a quote ends
/// with the next quote that is not doubled, and may hold delimiters and line ends. A quote inside
/// an unquoted field is an ordinary byte. The tokenizer looks at structure only: kinds, missing
/// values and UTF-8 are the business of the columns.
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

  /// Room for fields, and how many there are.
  private struct FieldOutput: ~Copyable, ~Escapable {
    var fields: MutableSpan<Field>
    var count = 0

    @_lifetime(copy fields)
    init(fields: consuming MutableSpan<Field>) {
      self.fields = fields
    }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func append(_ field: Field) {
      fields[count] = field
      count += 1
    }
  }

  /// The number of bytes that one row may have.
  static let maximumRowBytes = 1 << 30

  let file: String?
  let delimiter: UInt8
  let maximumFieldBytes: Int

  /// The line on which each row of the block began, 1-based.
  private var lines: [Int] = []

  /// The number of fields in every row, fixed by the first row.
  private var fieldsPerRow: Int?

  /// The line on which the next row begins.
  private var line = 1

  /// The fault behind the rows of the last block.
  private var fault: DataError?

  init(file: String?, delimiter: UInt8, maximumFieldBytes: Int) {
    self.file = file
    self.delimiter = delimiter
    self.maximumFieldBytes = maximumFieldBytes
  }

  /// Starts again with the first row, whose number of fields stays known.
  mutating func rewind() { line = 1 }

  /// Finds the fields of all rows that are complete in a block.
  ///
  /// - Parameters:
  ///   - block: Its bytes begin where a row begins; its fields, lines and byte count are found.
  ///   - count: How many of its bytes are text.
  ///   - isLast: Whether the input ends with them.
  ///   - rowLimit: How many rows to find at most.
  /// - Throws: `DataError` with `raggedRow`, `malformedQuote` or `fieldTooLong`, once the rows
  ///   before the fault have been found.
  mutating func tokenize(
    _ block: inout CSVBlock,
    count: Int,
    isLast: Bool,
    rowLimit: Int = .max
  ) throws(DataError) {
    if let fault { throw fault }
    // Local and own arrays are written without asking, at each field, whether they are shared.
    var fields: [Field] = []
    swap(&fields, &block.fields)
    swap(&lines, &block.lines)
    lines.removeAll(keepingCapacity: true)
    if fields.count <= count {
      fields = [Field](repeating: Field(start: 0, end: 0, isEscaped: false), count: count + 1)
    }
    var output = FieldOutput(fields: fields.mutableSpan)
    block.byteCount = 0
    do throws(DataError) {
      block.byteCount = try tokenize(
        block.bytes.span.extracting(0..<count),
        isLast: isLast,
        rowLimit: rowLimit,
        into: &output
      )
    } catch {
      // The rows before it may have faults of their own, which come first.
      guard !lines.isEmpty else { throw error }
      fault = error
    }
    swap(&fields, &block.fields)
    swap(&lines, &block.lines)
    block.fieldsPerRow = fieldsPerRow ?? 0
  }

  private mutating func tokenize(
    _ bytes: Span<UInt8>,
    isLast: Bool,
    rowLimit: Int,
    into output: inout FieldOutput
  ) throws(DataError) -> Int {
    var ends = FieldEnds(of: bytes, delimiter: delimiter)
    var start = 0
    while start < bytes.count, lines.count < rowLimit {
      if let next = skippedLineEnd(bytes, at: start, isLast: isLast) {
        guard next > start else { return start }
        line += 1
        start = next
        continue
      }
      guard
        let next = try tokenizeRow(bytes, from: start, isLast: isLast, ends: &ends, into: &output)
      else {
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
    isLast: Bool,
    ends: inout FieldEnds,
    into output: inout FieldOutput
  ) throws(DataError) -> Int? {
    let firstField = output.count
    let count = bytes.count
    var linesInside = 0
    var cursor = start
    ends.move(to: start, in: bytes)
    while true {
      if cursor < count, bytes[cursor] == Byte.quote {
        guard
          let end = try tokenizeQuoted(
            bytes,
            from: cursor,
            isLast: isLast,
            linesInside: &linesInside,
            into: &output
          )
        else { break }
        cursor = end
        ends.move(to: end, in: bytes)
        _ = ends.next(in: bytes)
      } else {
        let fieldStart = cursor
        cursor = ends.next(in: bytes)
        try checkLength(cursor - fieldStart)
        if cursor == count, !isLast { break }
        output.append(Field(start: fieldStart, end: cursor, isEscaped: false))
      }
      if cursor < count, bytes[cursor] == delimiter {
        cursor += 1
        continue
      }
      let next =
        cursor == count
        ? count : skippedLineEnd(bytes, at: cursor, isLast: isLast) ?? cursor
      if cursor < count, next == cursor { break }
      try finishRow(fieldCount: output.count - firstField, linesInside: linesInside)
      return next
    }
    output.count = firstField
    guard count - start < Self.maximumRowBytes else {
      throw failure(.fieldTooLong, "a row has more than \(Self.maximumRowBytes) bytes")
    }
    return nil
  }

  /// Finds the end of a quoted field, which `start` opens.
  ///
  /// - Returns: The place behind the closing quote, or nil when the block ends too early to tell.
  private func tokenizeQuoted(
    _ bytes: Span<UInt8>,
    from start: Int,
    isLast: Bool,
    linesInside: inout Int,
    into output: inout FieldOutput
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
          throw failure(
            .malformedQuote,
            "text follows a closing quote",
            expected: "a delimiter, a line end, or a doubled quote",
            found: String(decoding: [bytes[cursor]], as: UTF8.self)
          )
        }
        output.append(Field(start: start + 1, end: cursor - 1, isEscaped: isEscaped))
        return cursor
      }
    }
    try checkLength(cursor - start - 1)
    guard !isLast else {
      throw failure(.malformedQuote, "a quoted field is not closed before the end of the input")
    }
    return nil
  }

  private mutating func finishRow(
    fieldCount found: Int,
    linesInside: Int
  ) throws(DataError) {
    if let expected = fieldsPerRow {
      guard found == expected else {
        throw failure(
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

  @inline(__always)
  private func endsField(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == Byte.lineFeed || byte == Byte.carriageReturn
  }

  @inline(__always)
  private func checkLength(_ length: Int) throws(DataError) {
    guard length <= maximumFieldBytes else {
      throw failure(
        .fieldTooLong,
        "a field is too long",
        expected: "at most \(maximumFieldBytes) bytes",
        found: "\(length) or more"
      )
    }
  }

  private func failure(
    _ code: DataError.Code,
    _ message: String,
    expected: String? = nil,
    found: String? = nil
  ) -> DataError {
    DataError(code, message, file: file, line: line, expected: expected, found: found)
  }
}
