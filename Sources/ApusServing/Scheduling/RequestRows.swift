import ApusWire
import NIOCore

/// The rows of a request, as they were sent.
enum RequestRows: Sendable {
  /// Row after row, or column after column.
  case rows(ScoreRequest)
  /// What a user's items share, and what is each item's own.
  case items(RankRequest)

  /// The model that is asked.
  var model: ModelHandle {
    switch self {
    case .rows(let request): request.model
    case .items(let request): request.model
    }
  }

  /// The rows or items.
  var rowCount: Int {
    switch self {
    case .rows(let request): request.rowCount
    case .items(let request): request.itemCount
    }
  }

  /// What goes along with the request.
  var extensions: Extensions {
    switch self {
    case .rows(let request): request.extensions
    case .items(let request): request.extensions
    }
  }

  /// Whether the values must be transformed.
  var areRaw: Bool { encoding == .rawColumns }

  private var encoding: ScoreRequest.Encoding {
    switch self {
    case .rows(let request): request.encoding
    case .items(let request): request.encoding
    }
  }

  private var schemaHash: UInt64 {
    switch self {
    case .rows(let request): request.schemaHash
    case .items(let request): request.schemaHash
    }
  }

  private var columnCount: Int {
    switch self {
    case .rows(let request): request.columnCount
    case .items(let request): request.columnCount
    }
  }

  /// Verifies that the rows were made for a version.
  ///
  /// - Throws: SCHEMA_MISMATCH or BAD_INPUT.
  func verify(for info: ModelInfo) throws(WireError) {
    guard schemaHash == info.schemaHash else { throw .schemaMismatch }
    switch encoding {
    case .floatRows where columnCount != info.featureWidth:
      throw .badInput("a row has more or fewer numbers than the model has features")
    case .rawColumns where columnCount != info.columns.count:
      throw .badInput("there are more or fewer columns than the model has")
    default: break
    }
    if case .items(let request) = self, request.outputIndex >= info.outputWidth {
      throw .badInput("the model has no score of that index")
    }
  }

  /// Writes the rows as features.
  ///
  /// - Parameters:
  ///   - features: `rowCount` rows of as many numbers as the model has features.
  ///   - version: The version that the rows were verified for.
  /// - Throws: BAD_INPUT with row and column, or PROTOCOL.
  func write(
    into features: inout MutableSpan<Float>, for version: ModelVersion
  ) throws(WireError) {
    switch (self, encoding) {
    case (.rows(let request), .floatRows):
      try request.copyFiniteRows(into: &features)
      version.sample?.offer(schemaHash: schemaHash, rowCount: rowCount) {
        .features(request.withFloatRows { rows in rows.indices.map { rows[$0] } })
      }
    case (.items(let request), .floatRows):
      try request.verifyFinite()
      request.withFloatRows { shared, own in
        let ownWidth = request.columnCount - shared.count
        for item in 0..<request.itemCount {
          let row = item * request.columnCount
          for column in shared.indices { features[row + column] = shared[column] }
          for column in 0..<ownWidth {
            features[row + shared.count + column] = own[item * ownWidth + column]
          }
        }
      }
    case (.rows(let request), .rawColumns):
      try transform(try request.rawColumns(), into: &features, version)
    case (.items(let request), .rawColumns):
      try transform(try request.rawColumns(), into: &features, version)
    }
  }

  private func transform(
    _ columns: [RawColumn], into features: inout MutableSpan<Float>, _ version: ModelVersion
  ) throws(WireError) {
    let expected = version.info.columns
    for index in columns.indices where columns[index].kind != expected[index].kind {
      throw .badInput("a column is of another kind than the model's", column: index)
    }
    for index in columns.indices where expected[index].valueKind == .integer {
      guard let row = columns[index].firstRowNotWhole else { continue }
      throw .badInput("a value is not a whole number of at most 2^53", row: row, column: index)
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
    return numbers.firstIndex { $0 != $0.rounded() || $0.magnitude > 0x1p53 }
  }
}

extension RequestRows {
  /// The bytes of the rows.
  var byteCount: Int {
    switch self {
    case .rows(let request): request.byteCount
    case .items(let request): request.byteCount
    }
  }

  /// Returns the same rows in memory of their own, so that the loop's buffer is free again; rows
  /// that are too many for that buffer have memory of their own already.
  func detached() -> RequestRows {
    switch self {
    case .rows(let request): .rows(request.detached(upTo: ConnectionDriver.receiveLimit))
    case .items(let request): .items(request.detached(upTo: ConnectionDriver.receiveLimit))
    }
  }
}
