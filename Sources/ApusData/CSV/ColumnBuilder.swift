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
/// A later value that the guess cannot hold contradicts it. The texts read so far are gone by then,
/// so the column is read again as strings in a second pass that looks at contradicted columns only.
/// The value is kept, for it may be the one mistake in a column of numbers.
struct ColumnBuilder {
  private enum Guess {
    case undecided, boolean, number, timestamp, strings
  }

  let name: String

  /// Where the column is in the file.
  let index: Int

  /// The kind that the column must have, nil to infer it.
  let kind: ColumnKind?

  /// The file in which values are kept; nil for memory.
  private let scratch: ScratchFile?

  /// The value that a guess did not hold, in the first pass and still known in the second.
  private var contradiction: Contradiction?

  private var guess: Guess
  private var numberParser: NumberParser
  private var rowCount = 0
  private var expectedRowCount = 0
  private var numbers: [Double] = []
  private var codes: [UInt32] = []
  private var interner = StringInterner()
  private var missing = RowMask()

  /// The values that are in the file already, not among those in memory.
  private var spilledCount = 0

  /// The values that go to the file at a time, at least.
  private static let spillCount = 1 << 16

  /// Begins a column.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - index: Where it is in the file.
  ///   - kind: The kind that it must have, nil to infer it.
  ///   - asStrings: Whether it is known to be one of strings.
  ///   - scratch: The file in which to keep its values; nil for memory.
  init(
    name: String, index: Int, kind: ColumnKind?, asStrings: Bool = false,
    scratch: ScratchFile? = nil
  ) {
    self.scratch = scratch
    self.name = name
    self.index = index
    self.kind = kind
    numberParser = NumberParser(kind: kind)
    guess =
      switch kind {
      case nil: asStrings ? .strings : .undecided
      case .boolean: .boolean
      case .integer, .real: .number
      case .timestamp: .timestamp
      case .category, .text: .strings
      }
  }

  /// Whether the column has to be read again as strings.
  var isContradicted: Bool { contradiction != nil && guess != .strings }

  private var booleanParser: BooleanParser { BooleanParser(takesDigits: kind == .boolean) }

  /// The same column, empty, to be read as strings.
  func asStrings() -> ColumnBuilder {
    var builder = ColumnBuilder(
      name: name, index: index, kind: kind, asStrings: true, scratch: scratch)
    builder.contradiction = contradiction
    builder.reserve(expectedRowCount)
    return builder
  }

  /// Makes room for a number of rows in all.
  mutating func reserve(_ rows: Int) {
    let rows = scratch == nil ? rows : min(rows, 2 * Self.spillCount)
    expectedRowCount = rows
    if guess == .strings {
      codes.reserveLargePages(rows)
    } else {
      numbers.reserveLargePages(rows)
    }
  }

  /// Appends this column's values of all rows of a block.
  ///
  /// - Throws: `DataError` with `wrongKind`, `nonFinite`, `invalidUTF8` or `nulByte`.
  mutating func append(_ block: CSVBlock) throws(DataError) {
    let bytes = block.bytes.span
    let fields = block.fields.span
    var row = 0
    while !isContradicted {
      row += appendRun(bytes, fields, stride: block.fieldsPerRow, rows: row..<block.rowCount)
      guard row < block.rowCount else { break }
      let field = fields[row * block.fieldsPerRow + index]
      if MissingText.matches(bytes, field.range) {
        appendMissing()
      } else if guess == .strings {
        try appendString(field, block, row: row)
      } else {
        try appendSlowly(bytes, field, block, row: row)
      }
      rowCount += 1
      row += 1
    }
    if numbers.count + codes.count >= Self.spillCount { try spill() }
  }

  /// Moves the values in memory to the file, where there is one.
  private mutating func spill() throws(DataError) {
    guard let scratch else { return }
    if guess == .strings {
      try scratch.write(codes.span, at: spilledCount * MemoryLayout<UInt32>.stride)
    } else {
      try scratch.write(numbers.span, at: spilledCount * MemoryLayout<Double>.stride)
    }
    spilledCount += numbers.count + codes.count
    numbers.removeAll(keepingCapacity: true)
    codes.removeAll(keepingCapacity: true)
  }

  /// Appends ordinary values, and missing ones, until one needs a closer look.
  ///
  /// - Returns: How many rows were appended.
  private mutating func appendRun(
    _ bytes: Span<UInt8>,
    _ fields: Span<CSVTokenizer.Field>,
    stride: Int,
    rows: Range<Int>
  ) -> Int {
    var run = ColumnRun(rows: rows, stride: stride, index: index)
    // Local arrays are written without asking, at each value, whether they are shared.
    var numbers: [Double] = []
    var codes: [UInt32] = []
    swap(&numbers, &self.numbers)
    swap(&codes, &self.codes)
    switch guess {
    case .number:
      run.append(
        to: &numbers, from: rowCount, missing: &missing, bytes, fields, using: &numberParser)
    case .boolean:
      var parser = booleanParser
      run.append(to: &numbers, from: rowCount, missing: &missing, bytes, fields, using: &parser)
    case .strings:
      var parser = KnownStringParser(interner: interner)
      run.append(to: &codes, from: rowCount, missing: &missing, bytes, fields, using: &parser)
    case .undecided, .timestamp: break
    }
    swap(&numbers, &self.numbers)
    swap(&codes, &self.codes)
    rowCount += run.count
    return run.count
  }

  /// Ends the column.
  ///
  /// - Parameter categoryLimit: The number of distinct strings that always make a category.
  /// - Returns: Everything appended so far.
  /// - Throws: `DataError` with `unwritable` or `unreadable` for the column's file.
  mutating func finish(categoryLimit: Int) throws(DataError) -> Column {
    let kind = self.kind ?? inferredKind(categoryLimit: categoryLimit)
    try spill()
    return kind.isNumeric
      ? Column(name: name, kind: kind, storage: .numbers(try values(numbers)), missing: missing)
      : Column(
        name: name,
        kind: kind,
        storage: .strings(dictionary: interner.strings(), codes: try values(codes)),
        missing: missing,
        contradiction: contradiction
      )
  }

  /// All values: those of the file, or those in memory.
  private func values<Value: BitwiseCopyable & Hashable & Sendable>(
    _ inMemory: [Value]
  ) throws(DataError) -> ColumnValues<Value> {
    guard let scratch else { return ColumnValues(inMemory) }
    let file = try scratch.mapped(count: spilledCount * MemoryLayout<Value>.stride)
    return ColumnValues(file, count: spilledCount)
  }

  private func inferredKind(categoryLimit: Int) -> ColumnKind {
    switch guess {
    case .boolean: return .boolean
    case .number: return numberParser.hasFractions ? .real : .integer
    case .timestamp: return .timestamp
    case .undecided: return .real
    case .strings:
      let isText = interner.count > categoryLimit && interner.count * 2 > rowCount - missing.count
      return isText ? .text : .category
    }
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
    _ block: CSVBlock,
    row: Int
  ) throws(DataError) {
    let range = bytes.trimmed(field.range)
    if guess == .undecided || guess == .number {
      if let decimal = DecimalParser.parse(bytes, range) {
        guard decimal.value.isFinite else {
          throw fault(
            .nonFinite, "the number overflows; give the column its kind if it is text", bytes,
            field, block, row: row)
        }
        if numberParser.holds(decimal) {
          guess = .number
          numbers.append(decimal.value)
          return
        }
      } else if Self.isInfinity(bytes, range) {
        throw fault(
          .nonFinite, "the number is infinite; give the column its kind if it is text", bytes,
          field, block, row: row)
      }
    }
    if guess == .undecided || guess == .boolean, let value = booleanParser.value(bytes, range) {
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
        block,
        row: row
      )
    } else if guess == .undecided {
      try becomeStrings()
      try appendString(field, block, row: row)
    } else {
      contradiction = Contradiction(
        kind: guessedKind, count: rowCount - missing.count, line: block.lines[row],
        text: DataError.shortened(bytes.text(field.range.prefix(80))))
      numbers = []
    }
  }

  /// The kind of the values of a guess; of numbers the one that holds them all.
  private var guessedKind: ColumnKind {
    switch guess {
    case .boolean: .boolean
    case .timestamp: .timestamp
    case .number: .real
    case .undecided, .strings: .text
    }
  }

  /// Turns a column that has had no value so far into one of strings.
  private mutating func becomeStrings() throws(DataError) {
    guess = .strings
    numbers = []
    spilledCount = 0
    reserve(expectedRowCount)
    while spilledCount + codes.count < rowCount {
      let count = min(rowCount - spilledCount - codes.count, Self.spillCount)
      codes.append(contentsOf: repeatElement(Column.missingCode, count: count))
      try spill()
    }
  }

  @inline(never)
  private mutating func appendString(
    _ field: CSVTokenizer.Field,
    _ block: CSVBlock,
    row: Int
  ) throws(DataError) {
    guard !field.isEscaped else {
      let text = block.bytes.span.unescaped(field.range)
      return try appendString(text.span, 0..<text.count, field, block, row: row)
    }
    try appendString(block.bytes.span, field.range, field, block, row: row)
  }

  /// Appends the string `text[range]`, which the field stands for.
  private mutating func appendString(
    _ text: Span<UInt8>,
    _ range: Range<Int>,
    _ field: CSVTokenizer.Field,
    _ block: CSVBlock,
    row: Int
  ) throws(DataError) {
    let found = interner.find(text, range)
    if let code = found.code {
      codes.append(code)
      return
    }
    // A string that is known was valid when it was new.
    try TextValidation.check(
      block.bytes.span,
      field.range,
      offset: block.offset,
      file: block.file,
      line: block.lines[row],
      column: name
    )
    codes.append(interner.insert(text, range, hash: found.hash))
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
    _ block: CSVBlock,
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
      file: block.file,
      line: block.lines[row],
      column: name,
      expected: expected,
      found: "\"\(bytes.text(field.range.prefix(80)))\""
    )
  }
}
