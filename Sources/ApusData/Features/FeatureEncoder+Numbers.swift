extension FeatureEncoder {
  /// A column whose encoding is one standardised number.
  struct ScaledColumn: Sendable {
    let scaling: Scaling
    let fill: Double
    let offset: Int
    let indicator: Int?

    /// Creates the column of an encoder; nil if it encodes in another way.
    init?(_ encoder: ColumnEncoder, offset: Int) {
      guard case .scaled(let scaling) = encoder.encoding, case .number(let fill) = encoder.fill
      else { return nil }
      self.scaling = scaling
      self.fill = fill
      self.offset = offset
      indicator = encoder.hasIndicator ? offset + encoder.encodingWidth : nil
    }
  }

  /// Writes the features of rows of nothing but numbers.
  ///
  /// The bits are those of ``write(rowCount:into:column:)``, which takes arrays; for a single row
  /// making one per column would take longer than all the arithmetic.
  ///
  /// - Parameters:
  ///   - numbers: For each column of the schema `rowCount` numbers, finite, or NaN where a value is
  ///     missing.
  ///   - rowCount: The rows.
  ///   - output: `rowCount x width` zeros, row by row.
  /// - Returns: Whether they were written; not if the encoding of any column is more than a
  ///   standardised number.
  /// - Complexity: O(rows x columns).
  public func writeScaled(
    _ numbers: Span<Double>, rowCount: Int, into output: inout MutableSpan<Float>
  ) -> Bool {
    guard let scaledColumns else { return false }
    precondition(
      numbers.count == scaledColumns.count * rowCount,
      "\(numbers.count) numbers are not \(scaledColumns.count) columns of \(rowCount) rows")
    var next = 0
    for column in scaledColumns {
      var row = 0
      for index in next..<next + rowCount {
        let number = numbers[index]
        if number.isNaN {
          output[row + column.offset] = column.scaling(column.fill)
          if let indicator = column.indicator { output[row + indicator] = 1 }
        } else {
          output[row + column.offset] = column.scaling(number)
        }
        row += width
      }
      next += rowCount
    }
    return true
  }
}
