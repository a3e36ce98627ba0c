/// The rows of one column in a block that follow each other without anything extraordinary.
struct ColumnRun {
  private let rows: Range<Int>
  private let stride: Int
  private let index: Int

  /// How many of the rows have been appended.
  private(set) var count = 0

  /// Chooses rows.
  ///
  /// - Parameters:
  ///   - rows: Rows of the block.
  ///   - stride: The number of fields of a row.
  ///   - index: Which field of the row the column is.
  init(rows: Range<Int>, stride: Int, index: Int) {
    self.rows = rows
    self.stride = stride
    self.index = index
  }

  /// Appends values, and missing ones, until one needs a closer look.
  ///
  /// - Parameters:
  ///   - values: Where to append; not shared.
  ///   - first: The row of the column that the first of them is.
  ///   - missing: Gets the rows of the column that have no value.
  ///   - bytes: The block's text.
  ///   - fields: The block's fields.
  ///   - parser: Reads the fields.
  @inline(__always)
  mutating func append<Parser: FieldParser>(
    to values: inout [Parser.Value],
    from first: Int,
    missing: inout RowMask,
    _ bytes: Span<UInt8>,
    _ fields: Span<CSVTokenizer.Field>,
    using parser: inout Parser
  ) {
    var count = 0
    values.append(addingCapacity: rows.count) { output in
      var place = rows.lowerBound * stride + index
      while count < rows.count {
        let field = fields[place]
        if let value = parser.value(bytes, field) {
          output.append(value)
        } else if MissingText.matches(bytes, field.range) {
          missing.insert(first + count)
          output.append(Parser.blank)
        } else {
          break
        }
        count += 1
        place += stride
      }
    }
    self.count = count
  }
}
