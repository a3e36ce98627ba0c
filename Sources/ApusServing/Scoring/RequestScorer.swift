import ApusWire
import NIOCore

/// Turns one SCORE request into one reply frame.
///
/// It is pure but for the buffer that it appends to: the same code runs on an event loop and on a
/// scoring thread.
struct RequestScorer {
  let entry: ModelVersion
  let request: ScoreRequest
  let correlationID: UInt64
  let maximumBodyLength: Int

  /// Whether the work is so little that an event loop may do it.
  func isSmall(for configuration: ServerConfiguration) -> Bool {
    guard entry.model.isOnCPU, request.rowCount <= configuration.inlineRowLimit else {
      return false
    }
    let (cost, overflow) = request.rowCount.multipliedReportingOverflow(
      by: entry.model.multiplyAddsPerRow
    )
    return !overflow && cost <= configuration.inlineMultiplyAddLimit
  }

  /// Appends the SCORE_OK frame to `buffer`; if it throws, the buffer is as it was.
  func score(into buffer: inout ByteBuffer) throws(WireError) {
    let info = entry.info
    guard request.schemaHash == info.schemaHash else { throw .schemaMismatch }
    // Rows are at most 2^32 and a width is far below that, so nothing overflows.
    let replyLength =
      request.rowCount * (info.outputWidth * MemoryLayout<Float>.size + 2)
      + ScoreReply.overheadLength
    guard replyLength <= maximumBodyLength else {
      throw .tooLarge("the scores do not fit one reply", limit: maximumBodyLength)
    }
    switch request.encoding {
    case .floatRows: try scoreFloatRows(into: &buffer)
    case .rawColumns: try scoreColumns(into: &buffer)
    }
  }

  private func scoreFloatRows(into buffer: inout ByteBuffer) throws(WireError) {
    guard request.columnCount == entry.info.featureWidth else {
      throw .badInput("a row has more or fewer numbers than the model has features")
    }
    try request.verifyFinite()
    try reply(into: &buffer) { scores throws(ScoringError) in
      try request.withFloatRows { rows throws(ScoringError) in
        try entry.model.score(floatRows: rows, rowCount: request.rowCount, into: &scores)
      }
    }
  }

  private func scoreColumns(into buffer: inout ByteBuffer) throws(WireError) {
    let expected = entry.info.columns
    guard request.columnCount == expected.count else {
      throw .badInput("there are more or fewer columns than the model has")
    }
    let columns = try request.rawColumns()
    for index in columns.indices where columns[index].kind != expected[index].kind {
      throw .badInput("a column is of another kind than the model's", column: index)
    }
    for index in columns.indices where expected[index].valueKind == .integer {
      guard let row = columns[index].firstRowNotWhole else { continue }
      throw .badInput(
        "a value is not a whole number of at most 2^53",
        row: row,
        column: index
      )
    }
    try reply(into: &buffer) { scores throws(ScoringError) in
      try entry.model.score(columns: columns, rowCount: request.rowCount, into: &scores)
    }
  }

  private func reply(
    into buffer: inout ByteBuffer,
    score: (inout MutableSpan<Float>) throws(ScoringError) -> Void
  ) throws(WireError) {
    do throws(ScoringError) {
      try ScoreReply.encode(
        model: entry.info.handle,
        rowCount: request.rowCount,
        outputWidth: entry.info.outputWidth,
        correlationID: correlationID,
        into: &buffer,
        score: score
      )
    } catch {
      throw error.wireError
    }
  }
}

extension RawColumn {
  /// The first row whose number is not a whole one of at most 2^53 in size.
  fileprivate var firstRowNotWhole: Int? {
    guard case .numbers(let numbers) = values else { return nil }
    return numbers.firstIndex { $0 != $0.rounded() || $0.magnitude > 0x1p53 }
  }
}
