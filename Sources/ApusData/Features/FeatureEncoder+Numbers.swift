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

  /// Writes the features of one column of numbers, which are asked for one by one.
  ///
  /// The bits are those of ``write(rowCount:into:column:)``, which takes arrays; for a single row
  /// making one per column would take longer than all the arithmetic.
  ///
  /// - Parameters:
  ///   - index: The column of the schema.
  ///   - rowCount: The rows.
  ///   - output: `rowCount x width` numbers, row by row, zero where the column's features go.
  ///   - number: The finite number of a row, nil if it is missing.
  /// - Returns: Whether they were written; not if the column's encoding is more than a standardised
  ///   number.
  public func writeScaled(
    column index: Int, rowCount: Int, into output: inout MutableSpan<Float>,
    number: (Int) -> Double?
  ) -> Bool {
    guard let column = scaledColumns[index] else { return false }
    for row in 0..<rowCount {
      let value = number(row)
      output[row * width + column.offset] = column.scaling(value ?? column.fill)
      if value == nil, let indicator = column.indicator { output[row * width + indicator] = 1 }
    }
    return true
  }
}
