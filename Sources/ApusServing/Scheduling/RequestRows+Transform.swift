import ApusWire

extension RequestRows {
  /// Transforms a request of nothing but numbers.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - scratch: Memory for its numbers.
  ///   - features: `rowCount` rows of as many zeros as the model has features.
  ///   - version: Who will score them.
  /// - Returns: Whether it is one, and the model takes them so; if not, the features are as they
  ///   were.
  /// - Throws: ``WireError`` with code PROTOCOL or BAD_INPUT.
  func transformNumbers(
    of request: borrowing ScoreRequest, _ scratch: inout NumberScratch<Double>,
    into features: inout MutableSpan<Float>, _ version: ModelVersion
  ) throws(WireError) -> Bool {
    guard let wholeNumberColumns = version.wholeNumberColumns, request.canBeNumbers else {
      return false
    }
    let cells = 0..<request.columnCount * rowCount
    scratch.reserve(cells.count)
    let isDone = try scratch.withMutable(cells) { numbers throws(WireError) in
      guard try request.readNumbers(into: &numbers) else { return false }
      for column in wholeNumberColumns {
        for row in 0..<rowCount {
          let number = numbers[column * rowCount + row]
          guard number.isNaN || number.isWhole else { throw .notWhole(row: row, column: column) }
        }
      }
      version.model.transform(numbers: numbers.span, rowCount: rowCount, into: &features)
      return true
    }
    guard isDone else { return false }
    version.sample?.offer(schemaHash: schemaHash, rowCount: rowCount) {
      // What was read once can be read again.
      .columns((try? request.rawColumns()) ?? [])
    }
    return true
  }

  /// Transforms columns that were collected.
  func transform(
    _ columns: [RawColumn], into features: inout MutableSpan<Float>, _ version: ModelVersion
  ) throws(WireError) {
    let expected = version.info.columns
    for index in columns.indices where columns[index].kind != expected[index].kind {
      throw .badInput("a column is of another kind than the model's", column: index)
    }
    for index in columns.indices where expected[index].valueKind == .integer {
      guard let row = columns[index].firstRowNotWhole else { continue }
      throw .notWhole(row: row, column: index)
    }
    do throws(ScoringError) {
      try version.model.transform(columns, rowCount: rowCount, into: &features)
      version.sample?.offer(schemaHash: schemaHash, rowCount: rowCount) { .columns(columns) }
    } catch {
      throw error.wireError
    }
  }
}

extension RawColumn {
  /// The first row whose number is not a whole one of at most 2^53 in size.
  fileprivate var firstRowNotWhole: Int? {
    guard case .numbers(let numbers) = values else { return nil }
    return numbers.firstIndex { !$0.isWhole }
  }
}

extension Double {
  /// Whether it is a whole number of at most 2^53 in size, each of which a double can be.
  fileprivate var isWhole: Bool { self == rounded() && magnitude <= 0x1p53 }
}

extension WireError {
  fileprivate static func notWhole(row: Int, column: Int) -> WireError {
    .badInput("a value is not a whole number of at most 2^53", row: row, column: column)
  }
}
