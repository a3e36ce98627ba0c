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
    let rows = blocks.tokenizer.lines.count
    var row = 0
    while row < rows, !isContradicted {
      if guess == .number || guess == .boolean {
        let appended = appendNumbers(bytes, fields, stride: stride, rows: row..<rows)
        row += appended
        guard row < rows else { break }
      }
      let field = fields[row * stride + index]
      if MissingText.matches(bytes, field.range) {
        appendMissing()
      } else if guess == .strings {
        try appendString(bytes, field, blocks, row: row)
      } else {
        try appendSlowly(bytes, field, blocks, row: row)
      }
      rowCount += 1
      row += 1
    }
  }

  /// Appends numbers or booleans, and missing values, until one needs a closer look.
  ///
  /// - Returns: How many rows were appended.
  private mutating func appendNumbers(
    _ bytes: Span<UInt8>,
    _ fields: Span<CSVTokenizer.Field>,
    stride: Int,
    rows: Range<Int>
  ) -> Int {
    // A local array is written without asking, at each number, whether it is shared.
    var numbers = self.numbers
    self.numbers = []
    let isBoolean = guess == .boolean
    let first = numbers.count
    numbers.append(contentsOf: repeatElement(0, count: rows.count))
    var output = numbers.mutableSpan
    var appended = 0
    var place = rows.lowerBound * stride + index
    while appended < rows.count {
      let range = fields[place].range
      if let number = isBoolean ? boolean(bytes, range) : number(bytes, range) {
        output[first + appended] = number
      } else if MissingText.matches(bytes, range) {
        missing.insert(rowCount + appended)
      } else {
        break
      }
      appended += 1
      place += stride
    }
    numbers.removeLast(rows.count - appended)
    self.numbers = numbers
    rowCount += appended
    return appended
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

  /// The number that a text is, when it is one that this column may have.
  @inline(__always)
  private mutating func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    guard let decimal = DecimalParser.parse(bytes, range), holds(decimal) else { return nil }
    return decimal.value
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

  @inline(__always)
  private mutating func appendString(
    _ bytes: Span<UInt8>,
    _ field: CSVTokenizer.Field,
    _ blocks: borrowing CSVBlocks,
    row: Int
  ) throws(DataError) {
    guard !field.isEscaped else {
      let text = bytes.unescaped(field.range)
      return try appendString(text.span, 0..<text.count, field, blocks, row: row)
    }
    try appendString(bytes, field.range, field, blocks, row: row)
  }

  /// Appends the string `text[range]`, which the field stands for.
  @inline(__always)
  private mutating func appendString(
    _ text: Span<UInt8>,
    _ range: Range<Int>,
    _ field: CSVTokenizer.Field,
    _ blocks: borrowing CSVBlocks,
    row: Int
  ) throws(DataError) {
    let found = interner.find(text, range)
    if let code = found.code {
      codes.append(code)
      return
    }
    // A string that is known was valid when it was new.
    try TextValidation.check(
      blocks.bytes,
      field.range,
      offset: blocks.offset,
      file: blocks.tokenizer.file,
      line: blocks.tokenizer.lines[row],
      column: name
    )
    codes.append(interner.insert(text, range, hash: found.hash))
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
