/// Reads the ordinary fields of a column of one kind.
///
/// It is generic, and not a closure, so that reading a field is inlined into the loop over the
/// rows.
protocol FieldParser {
  /// What a column of the kind holds.
  associatedtype Value: BitwiseCopyable

  /// What it holds where a value is missing.
  static var blank: Value { get }

  /// The value of a field, nil when the field has none or needs a closer look.
  mutating func value(_ bytes: Span<UInt8>, _ field: CSVTokenizer.Field) -> Value?
}

/// Reads numbers.
struct NumberParser: FieldParser {
  static var blank: Double { 0 }

  /// The kind that the column must have, nil to infer it.
  let kind: ColumnKind?

  /// Whether a number that is not a whole one has been read.
  private(set) var hasFractions = false

  init(kind: ColumnKind?) { self.kind = kind }

  @inline(__always)
  mutating func value(_ bytes: Span<UInt8>, _ field: CSVTokenizer.Field) -> Double? {
    let range = field.range
    if let value = ShortDecimal.integer(bytes, range) {
      return Double(Int64(truncatingIfNeeded: value))
    }
    guard let decimal = DecimalParser.parse(bytes, range), holds(decimal) else { return nil }
    return decimal.value
  }

  /// Whether a number of this column may have this value; notes whether it is a whole one.
  @inline(__always)
  mutating func holds(_ decimal: DecimalParser.Decimal) -> Bool {
    if decimal.isInteger { return true }
    if kind == .integer || !decimal.value.isFinite || (decimal.isWideInteger && kind == nil) {
      return false
    }
    hasFractions = true
    return true
  }
}

/// Reads booleans, which are the numbers 0 and 1.
struct BooleanParser: FieldParser {
  static var blank: Double { 0 }

  /// Whether the digits 1 and 0 are booleans too.
  let takesDigits: Bool

  @inline(__always)
  func value(_ bytes: Span<UInt8>, _ field: CSVTokenizer.Field) -> Double? {
    value(bytes, field.range)
  }

  /// Reads `true` or `false` in any case.
  @inline(__always)
  func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    guard range.count <= 8 else { return nil }
    let text = bytes.word(range)
    let isTrue = AsciiWord.true.matches(text, count: range.count)
    let isFalse = AsciiWord.false.matches(text, count: range.count)
    // Which of the two it is cannot be predicted; that it is one of them can.
    if isTrue != isFalse { return isTrue ? 1 : 0 }
    guard takesDigits else { return nil }
    return bytes.spells(.one, in: range) ? 1 : bytes.spells(.zero, in: range) ? 0 : nil
  }
}

/// Reads strings that are known already, as their codes.
struct KnownStringParser: FieldParser {
  static var blank: UInt32 { Column.missingCode }

  let interner: StringInterner

  @inline(__always)
  func value(_ bytes: Span<UInt8>, _ field: CSVTokenizer.Field) -> UInt32? {
    field.isEscaped ? nil : interner.find(bytes, field.range).code
  }
}
