public import NIOCore

/// A view of a RANK body: one user and many items, of which the best are wanted.
///
/// What all rows have in common, the user, is sent and transformed once.
///
/// ```
/// encoding 0:  block (48) | shared f32 | item 0 | item 1 | ... | padding
/// encoding 1:  block (48) | bitmap of shared columns, padded | column blocks
///                           shared columns have 1 row, the others one per item
/// ```
public struct RankRequest: Sendable {
  /// The bytes of the fixed block.
  static let blockLength = 48

  /// The model.
  public let model: ModelHandle

  /// The hash of the schema that the rows were made for.
  public let schemaHash: UInt64

  /// How the rows are written.
  public let encoding: ScoreRequest.Encoding

  /// The items, at least 1.
  public let itemCount: Int

  /// The best items that are wanted; 0 for all.
  public let top: Int

  /// The columns of a whole row, at least 1.
  public let columnCount: Int

  /// The score that ranks, from 0.
  public let outputIndex: Int

  /// The numbers at the front of each float row that all items share; 0 for raw columns.
  public let sharedWidth: Int

  /// What came along with the request.
  public let extensions: Extensions

  var data: ByteBuffer

  /// Verifies the fixed block and, of float rows, the size of the data.
  ///
  /// - Parameter body: The body of a RANK frame.
  /// - Throws: ``WireError`` with code PROTOCOL or TOO_LARGE.
  public init(decoding body: ByteBuffer) throws(WireError) {
    var reader = try BodyReader(body.readableBytesSpan, blockLength: Self.blockLength)
    extensions = reader.extensions
    model = ModelHandle(rawValue: reader.read(UInt32.self))
    guard let encoding = ScoreRequest.Encoding(rawValue: reader.read(UInt8.self)) else {
      throw .protocolViolation("the encoding of rows is unknown")
    }
    self.encoding = encoding
    try reader.readReserved(3)
    schemaHash = reader.read(UInt64.self)
    itemCount = Int(reader.read(UInt32.self))
    top = Int(reader.read(UInt32.self))
    columnCount = Int(reader.read(UInt32.self))
    outputIndex = Int(reader.read(UInt32.self))
    sharedWidth = Int(reader.read(UInt32.self))
    try reader.readReserved(4)
    guard itemCount > 0, columnCount > 0 else {
      throw .protocolViolation("there are no items or no columns")
    }
    guard columnCount <= WireLimits.columnsPerRequest else {
      throw .tooLarge("there are too many columns", limit: WireLimits.columnsPerRequest)
    }
    guard encoding == .floatRows else {
      guard sharedWidth == 0 else { throw .reservedNotZero }
      data = body.slice(at: reader.dataOffset, length: reader.data.count)
      return
    }
    // An item takes bytes of the body, so that there are not more items than were sent.
    guard sharedWidth < columnCount else {
      throw .protocolViolation("all columns are shared")
    }
    // Both factors are below 2^32 and 2^16, so nothing overflows.
    let count = sharedWidth + itemCount * (columnCount - sharedWidth)
    let length = count * MemoryLayout<Float>.size
    guard reader.data.take(length) != nil else {
      throw .protocolViolation("items times columns do not match the body")
    }
    try reader.finish()
    data = body.slice(at: reader.dataOffset, length: length)
  }

  /// Calls `body` with the shared numbers, and with those of the items, one after the other.
  ///
  /// - Parameter body: Takes `sharedWidth` numbers, and `itemCount` times the rest of a row.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withFloatRows<Result: ~Copyable, Failure: Error>(
    _ body: (Span<Float>, Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(encoding == .floatRows, "the rows of this request are raw columns")
    return try data.withFloats { numbers throws(Failure) in
      try body(
        numbers.extracting(..<sharedWidth),
        numbers.extracting(sharedWidth...)
      )
    }
  }

  /// Verifies that each number is finite.
  ///
  /// - Throws: ``WireError`` with code BAD_INPUT, and item and column of the first that is not; a
  ///   shared number is that of item 0.
  public func verifyFinite() throws(WireError) {
    let bad = data.withFloats { numbers in numbers.firstNotFinite() }
    guard let bad else { return }
    guard bad >= sharedWidth else { throw .notFinite(row: 0, column: bad) }
    let (item, column) = (bad - sharedWidth)
      .quotientAndRemainder(dividingBy: columnCount - sharedWidth)
    throw .notFinite(row: item, column: sharedWidth + column)
  }

  /// Decodes the columns.
  ///
  /// - Returns: As many columns as the request announces, of which the shared ones have one row and
  ///   the others one per item.
  /// - Throws: ``WireError`` with code PROTOCOL or BAD_INPUT.
  public func rawColumns() throws(WireError) -> [RawColumn] {
    precondition(encoding == .rawColumns, "the rows of this request are floats")
    var rest = ByteCursor(data.readableBytesSpan)
    let isShared = try rest.readBitmap(count: columnCount)
    // An item takes bytes of the body, so that there are not more items than were sent.
    guard isShared.contains(false) else { throw .protocolViolation("all columns are shared") }
    var columns: [RawColumn] = []
    for index in 0..<columnCount {
      let rowCount = isShared[index] ? 1 : itemCount
      columns.append(try RawColumn(from: &rest, rowCount: rowCount, index: index))
    }
    guard rest.count == 0 else {
      throw .protocolViolation("the data of a body is too long")
    }
    return columns
  }
}
