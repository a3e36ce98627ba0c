public import NIOCore

/// A view of a SCORE or EXTRACT body: which rows are to be computed by which model.
///
/// The rows stay in the buffer that they were received in; floats are read where they lie. It has
/// one owner, for whom no count of references is moved on the path of each request.
///
/// ```
/// header (32) | block (32) | rows x columns f32, or column blocks | padding
///                          '-- 64 bytes after the start of the frame
/// ```
public struct ScoreRequest: ~Copyable, Sendable {
  /// How rows are written.
  public enum Encoding: UInt8, Sendable {
    /// Finished features, row after row.
    case floatRows = 0
    /// Raw values, column after column.
    case rawColumns = 1
  }

  /// The bytes of the fixed block.
  static let blockLength = 32

  /// The model.
  public let model: ModelHandle

  /// The hash of the schema that the rows were made for.
  public let schemaHash: UInt64

  /// How the rows are written.
  public let encoding: Encoding

  /// The rows, at least 1.
  public let rowCount: Int

  /// The columns, at least 1.
  public let columnCount: Int

  /// What came along with the request.
  public let extensions: Extensions

  let data: ByteBuffer
}

extension ScoreRequest {
  /// Verifies the fixed block and, of float rows, the size of the matrix.
  ///
  /// - Parameter body: The body of a SCORE or EXTRACT frame.
  /// - Throws: ``WireError`` with code PROTOCOL.
  public init(decoding body: consuming ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: Self.blockLength)
    let model = ModelHandle(rawValue: reader.read(UInt32.self))
    guard let encoding = Encoding(rawValue: reader.read(UInt8.self)) else {
      throw .protocolViolation("the encoding of rows is unknown")
    }
    try reader.readReserved(3)
    let schemaHash = reader.read(UInt64.self)
    let rowCount = Int(reader.read(UInt32.self))
    let columnCount = Int(reader.read(UInt32.self))
    guard rowCount > 0, columnCount > 0 else {
      throw .protocolViolation("there are no rows or no columns")
    }
    guard columnCount <= WireLimits.columnsPerRequest else {
      throw .tooLarge("there are too many columns", limit: WireLimits.columnsPerRequest)
    }
    var length = reader.data.count
    if encoding == .floatRows {
      // Both factors are below 2^32 and 2^16, so nothing overflows.
      length = rowCount * columnCount * MemoryLayout<Float>.size
      guard reader.data.take(length) != nil else {
        throw .protocolViolation("rows times columns do not match the body")
      }
      try reader.finish()
    }
    let (extensions, dataOffset) = (reader.extensions, reader.dataOffset)
    self.init(
      model: model, schemaHash: schemaHash, encoding: encoding, rowCount: rowCount,
      columnCount: columnCount, extensions: extensions,
      data: body.slice(at: dataOffset, length: length))
  }

  /// Takes the request out of a buffer that is to be used again.
  ///
  /// - Parameter limit: Larger requests stay where they are.
  /// - Returns: The same request, in memory of its own.
  package func detached(upTo limit: Int) -> ScoreRequest {
    ScoreRequest(
      model: model, schemaHash: schemaHash, encoding: encoding, rowCount: rowCount,
      columnCount: columnCount, extensions: extensions, data: data.detached(upTo: limit))
  }

  /// Calls `body` with the matrix, row after row.
  ///
  /// Nothing is copied if the matrix is aligned to 4 bytes in memory, which it is wherever the
  /// frames of a connection are read into one buffer.
  ///
  /// - Parameter body: Takes `rowCount` times `columnCount` numbers.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withFloatRows<Result: ~Copyable, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(encoding == .floatRows, "the rows of this request are raw columns")
    return try data.withFloats(body)
  }

  /// Verifies that each number of the matrix is finite.
  ///
  /// - Throws: ``WireError`` with code BAD_INPUT, and row and column of the first that is not.
  public func verifyFinite() throws(WireError) {
    let bad = withFloatRows { rows in rows.firstNotFinite() }
    if let bad {
      throw .notFinite(row: bad / columnCount, column: bad % columnCount)
    }
  }

  /// Decodes the columns.
  ///
  /// - Returns: As many columns as the request announces, of as many rows.
  /// - Throws: ``WireError`` with code PROTOCOL or BAD_INPUT.
  public func rawColumns() throws(WireError) -> [RawColumn] {
    precondition(encoding == .rawColumns, "the rows of this request are floats")
    var rest = ByteCursor(data.readableBytesSpan)
    var columns: [RawColumn] = []
    for index in 0..<columnCount {
      columns.append(try RawColumn(from: &rest, rowCount: rowCount, index: index))
    }
    guard rest.count == 0 else {
      throw .protocolViolation("the data of a body is too long")
    }
    return columns
  }
}
