import ApusWire
import NIOCore

/// The rows of a request, as they were sent.
///
/// They have one owner: a copy would be a dozen fields and a count of references, on the path of
/// each request.
struct RequestRows: ~Copyable, Sendable {
  private enum Content: ~Copyable, Sendable {
    /// Row after row, or column after column.
    case rows(ScoreRequest)
    /// What a user's items share, and what is each item's own.
    case items(RankRequest)
  }

  /// The model that is asked.
  let model: ModelHandle
  /// The rows or items.
  let rowCount: Int
  /// The name of the request in the client's logs.
  let traceID: TraceID?
  /// What decides about a canary.
  let routingKey: UInt64?
  /// The bytes of the rows.
  let byteCount: Int
  private let encoding: ScoreRequest.Encoding
  let schemaHash: UInt64
  private let columnCount: Int
  /// The index of the score that items are ranked by.
  private let outputIndex: Int
  private let content: Content

  /// The rows of a request for scores or embeddings.
  init(_ request: consuming ScoreRequest) {
    model = request.model
    rowCount = request.rowCount
    traceID = request.extensions.traceID
    routingKey = request.extensions.routingKey
    byteCount = request.byteCount
    encoding = request.encoding
    schemaHash = request.schemaHash
    columnCount = request.columnCount
    outputIndex = 0
    content = .rows(request)
  }

  /// The items of a request for a ranking.
  init(_ request: consuming RankRequest) {
    model = request.model
    rowCount = request.itemCount
    traceID = request.extensions.traceID
    routingKey = request.extensions.routingKey
    byteCount = request.byteCount
    encoding = request.encoding
    schemaHash = request.schemaHash
    columnCount = request.columnCount
    outputIndex = request.outputIndex
    content = .items(request)
  }

  /// Whether the values must be transformed.
  var areRaw: Bool { encoding == .rawColumns }

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
    guard outputIndex < info.outputWidth else {
      throw .badInput("the model has no score of that index")
    }
  }

  /// Writes the rows as features.
  ///
  /// - Parameters:
  ///   - features: `rowCount` rows of as many numbers as the model has features.
  ///   - scratch: Memory for raw numbers.
  ///   - version: The version that the rows were verified for.
  /// - Throws: BAD_INPUT with row and column, or PROTOCOL.
  func write(
    into features: inout MutableSpan<Float>, _ scratch: inout NumberScratch<Double>,
    for version: ModelVersion
  ) throws(WireError) {
    if areRaw { for index in features.indices { features[index] = 0 } }
    switch content {
    case .rows(let request):
      if areRaw {
        if try transformNumbers(of: request, &scratch, into: &features, version) { return }
        return try transform(try request.rawColumns(), into: &features, version)
      }
      try request.copyFiniteRows(into: &features)
      version.sample?.offer(schemaHash: schemaHash, rowCount: rowCount) {
        .features(request.withFloatRows { rows in rows.indices.map { rows[$0] } })
      }
    case .items(let request):
      if areRaw { return try transform(try request.rawColumns(), into: &features, version) }
      try request.verifyFinite()
      request.withFloatRows { shared, own in
        let ownWidth = columnCount - shared.count
        for item in 0..<rowCount {
          let row = item * columnCount
          for column in shared.indices { features[row + column] = shared[column] }
          for column in 0..<ownWidth {
            features[row + shared.count + column] = own[item * ownWidth + column]
          }
        }
      }
    }
  }
}

extension RequestRows {
  /// Returns the same rows in memory of their own, so that the loop's buffer is free again; rows
  /// that are too many for that buffer have memory of their own already.
  func detached() -> RequestRows {
    switch content {
    case .rows(let request):
      RequestRows(request.detached(upTo: ConnectionDriver.receiveLimit))
    case .items(let request):
      RequestRows(request.detached(upTo: ConnectionDriver.receiveLimit))
    }
  }
}
