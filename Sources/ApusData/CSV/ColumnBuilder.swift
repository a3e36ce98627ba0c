/// Collects the values of one column, and finds out on the way what kind they are of.
///
/// A column starts undecided. Its first value that is not missing makes a guess:
///
/// ```
///                 .-> boolean    true, false
///   undecided ----+-> number     integer until the first point or exponent, then real
///                 +-> timestamp  ISO 8601
///                 '-> strings    category or text, decided by counting at the end
/// ```
///
/// A later value that the guess cannot hold contradicts it. The texts read so far are gone by then, so
/// the column is read again as strings in a second pass that looks at contradicted columns only.
struct ColumnBuilder {
  private enum Guess {
    case undecided, boolean, number, timestamp, strings
  }

  let name: String

  /// Where the column is in the file.
  let index: Int

  /// The kind that the column must have, nil to infer it.
  let kind: ColumnKind?

  /// Whether the column has to be read again as strings.
  private(set) var isContradicted = false

  private var guess: Guess
  private var hasFractions = false
  private var rowCount = 0
  private var numbers: [Double] = []
  private var codes: [UInt32] = []
  private var interner = StringInterner()
  private var missing = RowMask()

  init(name: String, index: Int, kind: ColumnKind?, asStrings: Bool = false) {
    self.name = name
    self.index = index
    self.kind = kind
    guess =
      switch kind {
      case nil: asStrings ? .strings : .undecided
      case .boolean: .boolean
      case .integer, .real: .number
      case .timestamp: .timestamp
      case .category, .text: .strings
      }
  }

  /// The same column, empty, to be read as strings.
  func asStrings() -> ColumnBuilder {
    ColumnBuilder(name: name, index: index, kind: kind, asStrings: true)
  }

  /// Makes room for a number of rows in all.
  mutating func reserve(_ rows: Int) {
    if guess == .strings { codes.reserveCapacity(rows) } else { numbers.reserveCapacity(rows) }
  }

  /// Appends this column's values of all rows of a block.
  ///
  /// - Throws: `DataError` with `wrongKind`, `nonFinite`, `invalidUTF8` or `nulByte`.
  mutating func append(_ blocks: borrowing CSVBlocks) throws(DataError) {
    let bytes = blocks.bytes
    let fields = blocks.tokenizer.fields.span
    let stride = blocks.tokenizer.fieldsPerRow ?? 0
    for row in 0..<blocks.tokenizer.lines.count where !isContradicted {
      let field = fields[row * stride + index]
      let range = field.range
      if guess == .number, let decimal = DecimalParser.parse(bytes, range), holds(decimal) {
        numbers.append(decimal.value)
      } else if guess == .boolean, let value = boolean(bytes, range) {
        numbers.append(value)
      } else if MissingText.matches(bytes, range) {
        appendMissing()
      } else if guess == .strings {
        try appendString(bytes, field, blocks, row: row)
      } else {
        try appendSlowly(bytes, field, blocks, row: row)
      }
      rowCount += 1
    }
  }

  /// Ends the column.
  ///
  /// - Parameter categoryLimit: The number of distinct strings that always make a category.
  /// - Returns: Everything appended so far.
  consuming func finish(categoryLimit: Int) -> Column {
    let kind = self.kind ?? inferredKind(categoryLimit: categoryLimit)
    return kind.isNumeric
      ? Column(name: name, kind: kind, numbers: numbers, missing: missing)
      : Column(
        name: name,
        kind: kind,
        dictionary: interner.strings(),
        codes: codes,
        missing: missing
      )
  }

  private func inferredKind(categoryLimit: Int) -> ColumnKind {
    switch guess {
    case .boolean: return .boolean
    case .number: return hasFractions ? .real : .integer
    case .timestamp: return .timestamp
    case .undecided: return .real
    case .strings:
      let isText = interner.count > categoryLimit && interner.count * 2 > rowCount - missing.count
      return isText ? .text : .category
    }
  }

  /// Whether a number of this column may have this value; notes whether it is a whole one.
  @inline(__always)
  private mutating func holds(_ decimal: DecimalParser.Decimal) -> Bool {
    if decimal.isInteger { return true }
    if kind == .integer || !decimal.value.isFinite || (decimal.isWideInteger && kind == nil) {
      return false
    }
    hasFractions = true
    return true
  }

  private mutating func appendMissing() {
    missing.insert(rowCount)
    if guess == .strings { codes.append(Column.missingCode) } else { numbers.append(0) }
  }

  /// Appends a value that is not the ordinary case: the first one, one with spaces around it, a
  /// boolean or a timestamp, or one that is not of the column's kind.
  @inline(never)
  private mutating func appendSlowly(
    _ bytes: Span<UInt8>,
    _ field: CSVTokenizer.Field,
    _ blocks: borrowing CSVBlocks,
    row: Int
  ) throws(DataError) {
    let range = bytes.trimmed(field.range)
    if guess == .undecided || guess == .number {
      if let decimal = DecimalParser.parse(bytes, range) {
        guard decimal.value.isFinite else {
          throw fault(.nonFinite, "the number overflows", bytes, field, blocks, row: row)
        }
        if holds(decimal) {
          guess = .number
          numbers.append(decimal.value)
          return
        }
      } else if Self.isInfinity(bytes, range) {
        throw fault(.nonFinite, "the number is infinite", bytes, field, blocks, row: row)
      }
    }
    if guess == .undecided || guess == .boolean, let value = boolean(bytes, range) {
      guess = .boolean
      numbers.append(value)
    } else if guess == .undecided || guess == .timestamp,
      let value = TimestampParser.parse(bytes, range)
    {
      guess = .timestamp
      numbers.append(value)
    } else if kind != nil {
      throw fault(
        .wrongKind,
        "the value is not of the column's kind",
        bytes,
        field,
        blocks,
        row: row
      )
    } else if guess == .undecided {
      guess = .strings
      codes = [UInt32](repeating: Column.missingCode, count: rowCount)
      numbers = []
      try appendString(bytes, field, blocks, row: row)
    } else {
      isContradicted = true
      numbers = []
    }
  }

  private mutating func appendString(
    _ bytes: Span<UInt8>,
    _ field: CSVTokenizer.Field,
    _ blocks: borrowing CSVBlocks,
    row: Int
  ) throws(DataError) {
    guard !field.isEscaped else {
      let text = bytes.unescaped(field.range)
      return try appendString(text.span, bytes, field, blocks, row: row)
    }
    try appendString(bytes.extracting(field.range), bytes, field, blocks, row: row)
  }

  @inline(__always)
  private mutating func appendString(
    _ text: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ field: CSVTokenizer.Field,
    _ blocks: borrowing CSVBlocks,
    row: Int
  ) throws(DataError) {
    let found = interner.find(text)
    if let code = found.code {
      codes.append(code)
      return
    }
    // A string that is known was valid when it was new.
    try TextValidation.check(
      bytes,
      field.range,
      offset: blocks.offset,
      file: blocks.tokenizer.file,
      line: blocks.tokenizer.lines[row],
      column: name
    )
    codes.append(interner.insert(text, hash: found.hash))
  }

  /// `true` and `false` in any case; 1 and 0 too where the column must be boolean.
  private func boolean(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    if bytes.spells(.true, in: range) { return 1 }
    if bytes.spells(.false, in: range) { return 0 }
    guard kind == .boolean else { return nil }
    return bytes.spells(.one, in: range) ? 1 : bytes.spells(.zero, in: range) ? 0 : nil
  }

  private static func isInfinity(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard let first = range.first else { return false }
    let isSigned = bytes[first] == Byte.minus || bytes[first] == Byte.plus
    let word = isSigned ? range.dropFirst() : range
    return bytes.spells(.inf, in: word) || bytes.spells(.infinity, in: word)
  }

  private func fault(
    _ code: DataError.Code,
    _ message: String,
    _ bytes: Span<UInt8>,
    _ field: CSVTokenizer.Field,
    _ blocks: borrowing CSVBlocks,
    row: Int
  ) -> DataError {
    let expected =
      switch kind {
      case .boolean: "true or false"
      case .integer: "a whole number of at most 2^53"
      case .timestamp: "an ISO 8601 date or time"
      default: "a finite number"
      }
    return DataError(
      code,
      message,
      file: blocks.tokenizer.file,
      line: blocks.tokenizer.lines[row],
      column: name,
      expected: expected,
      found: "\"\(bytes.text(field.range.prefix(80)))\""
    )
  }
}
