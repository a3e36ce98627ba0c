public import NIOCore

extension RankRequest {
  /// Whom a ranking asks, and for what.
  public struct Question: Equatable, Sendable {
    /// The model.
    public var model: ModelHandle
    /// The hash of the schema that the rows were made for.
    public var schemaHash: UInt64
    /// The best items that are wanted; 0 for all.
    public var top: Int
    /// The score that ranks, from 0.
    public var outputIndex: Int

    /// Creates a question.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - schemaHash: The hash of the schema that the rows were made for.
    ///   - top: The best items that are wanted; 0 for all.
    ///   - outputIndex: The score that ranks, from 0.
    public init(model: ModelHandle, schemaHash: UInt64, top: Int = 0, outputIndex: Int = 0) {
      self.model = model
      self.schemaHash = schemaHash
      self.top = top
      self.outputIndex = outputIndex
    }
  }

  /// Appends a RANK frame of float rows to `buffer`.
  ///
  /// - Parameters:
  ///   - shared: The numbers at the front of each row, which all items share; may be empty.
  ///   - items: `itemCount` times the rest of a row, one after the other.
  ///   - itemCount: The items, at least 1.
  ///   - question: Whom the ranking asks, and for what.
  ///   - correlationID: The number of the request.
  ///   - budgetMicroseconds: How long the reply is of use; 0 for the server's default.
  ///   - flags: What is asked for beside the answer.
  ///   - extensions: What goes along with the request.
  ///   - buffer: The buffer.
  public static func encode(
    shared: Span<Float>,
    items: Span<Float>,
    itemCount: Int,
    question: Question,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    flags: FrameFlags = [],
    extensions: Extensions = Extensions(),
    into buffer: inout ByteBuffer
  ) {
    precondition(
      itemCount > 0 && items.count > 0 && items.count % itemCount == 0,
      "\(items.count) numbers are not \(itemCount) items"
    )
    buffer.writeFrame(
      .rank,
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      flags: flags,
      extensions: extensions
    ) { body in
      writeBlock(
        .floatRows,
        question,
        itemCount: itemCount,
        columnCount: shared.count + items.count / itemCount,
        sharedWidth: shared.count,
        into: &body
      )
      unsafe body.writeBytes(shared.bytes)
      unsafe body.writeBytes(items.bytes)
    }
  }

  /// Appends a RANK frame of raw columns to `buffer`.
  ///
  /// - Parameters:
  ///   - columns: The columns in the model's order: shared ones of one row, the others of one row
  ///     per item.
  ///   - isShared: For each column whether it is shared; not all are.
  ///   - question: Whom the ranking asks, and for what.
  ///   - correlationID: The number of the request.
  ///   - budgetMicroseconds: How long the reply is of use; 0 for the server's default.
  ///   - flags: What is asked for beside the answer.
  ///   - extensions: What goes along with the request.
  ///   - buffer: The buffer.
  public static func encode(
    columns: [RawColumn],
    isShared: [Bool],
    question: Question,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    flags: FrameFlags = [],
    extensions: Extensions = Extensions(),
    into buffer: inout ByteBuffer
  ) {
    precondition(
      columns.count == isShared.count,
      "\(columns.count) columns and \(isShared.count) marks of shared ones"
    )
    let itemCount = zip(columns, isShared).first { !$0.1 }?.0.rowCount ?? 0
    precondition(itemCount > 0, "there are no items, or all columns are shared")
    for (column, isShared) in zip(columns, isShared) {
      let expected = isShared ? 1 : itemCount
      precondition(
        column.rowCount == expected,
        "a column has \(column.rowCount) rows rather than \(expected)"
      )
    }
    buffer.writeFrame(
      .rank,
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      flags: flags,
      extensions: extensions
    ) { body in
      writeBlock(
        .rawColumns,
        question,
        itemCount: itemCount,
        columnCount: columns.count,
        sharedWidth: 0,
        into: &body
      )
      body.writeBitmap(isShared)
      for column in columns { column.encode(into: &body) }
    }
  }

  private static func writeBlock(
    _ encoding: ScoreRequest.Encoding,
    _ question: Question,
    itemCount: Int,
    columnCount: Int,
    sharedWidth: Int,
    into buffer: inout ByteBuffer
  ) {
    buffer.writeBodyPrefix(blockLength: UInt16(blockLength))
    buffer.writeInteger(question.model.rawValue, endianness: .little)
    buffer.writeInteger(UInt32(encoding.rawValue), endianness: .little)
    buffer.writeInteger(question.schemaHash, endianness: .little)
    buffer.writeInteger(UInt32(itemCount), endianness: .little)
    buffer.writeInteger(UInt32(question.top), endianness: .little)
    buffer.writeInteger(UInt32(columnCount), endianness: .little)
    buffer.writeInteger(UInt32(question.outputIndex), endianness: .little)
    buffer.writeInteger(UInt32(sharedWidth), endianness: .little)
    buffer.writeRepeatingByte(0, count: 4)
  }
}
