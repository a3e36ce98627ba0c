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

  /// Whether the encoding of each column is one standardised number.
  public var isScaling: Bool { scaledColumns != nil }

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
  /// - Precondition: ``isScaling``.
  /// - Complexity: O(rows x columns).
  public func writeScaled(
    _ numbers: Span<Double>, rowCount: Int, into output: inout MutableSpan<Float>
  ) {
    guard let scaledColumns else {
      preconditionFailure("of \(transform.encoders.count) columns some are no scaled number")
    }
    precondition(
      numbers.count == scaledColumns.count * rowCount,
      "\(numbers.count) numbers are not \(scaledColumns.count) columns of \(rowCount) rows")
    let columns = scaledColumns.span
    for row in 0..<rowCount {
      var cell = row
      for index in columns.indices {
        let number = numbers[cell]
        cell &+= rowCount
        let isMissing = number.isNaN
        let feature = columns[index].scaling(isMissing ? columns[index].fill : number)
        output[row * width + columns[index].offset] = feature
        if isMissing, let indicator = columns[index].indicator {
          output[row * width + indicator] = 1
        }
      }
    }
  }
}
