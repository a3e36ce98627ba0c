import ApusWire

extension RequestRows {
  /// Transforms a request of nothing but numbers where they lie.
  ///
  /// - Returns: Whether it is one, and the model takes them so.
  func transformNumbers(
    of request: borrowing ScoreRequest, into features: inout MutableSpan<Float>,
    _ version: ModelVersion
  ) throws(WireError) -> Bool {
    for index in features.indices { features[index] = 0 }
    let columns = version.info.columns
    let isDone = try request.readNumbers { column, number throws(WireError) in
      guard columns[column].kind == .number else { return false }
      if columns[column].valueKind == .integer {
        for row in 0..<rowCount where !(number(row)?.isWhole ?? true) {
          throw .notWhole(row: row, column: column)
        }
      }
      return version.model.transform(
        numbersOf: column, rowCount: rowCount, into: &features, number: number)
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
    for index in features.indices { features[index] = 0 }
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
