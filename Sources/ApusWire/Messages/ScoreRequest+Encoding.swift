public import NIOCore

extension ScoreRequest {
  /// Appends a SCORE or EXTRACT frame of float rows to `buffer`.
  ///
  /// - Parameters:
  ///   - floatRows: `rowCount` rows of equal length, one after the other.
  ///   - rowCount: The rows, at least 1.
  ///   - model: The model.
  ///   - schemaHash: The hash of the schema that the rows were made for.
  ///   - correlationID: The number of the request.
  ///   - budgetMicroseconds: How long the reply is of use; 0 for the server's default.
  ///   - type: SCORE or EXTRACT.
  ///   - flags: What is asked for beside the answer.
  ///   - extensions: What goes along with the request.
  ///   - buffer: The buffer.
  public static func encode(
    floatRows: Span<Float>,
    rowCount: Int,
    model: ModelHandle,
    schemaHash: UInt64,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    type: FrameType = .score,
    flags: FrameFlags = [],
    extensions: Extensions = Extensions(),
    into buffer: inout ByteBuffer
  ) {
    precondition(
      rowCount > 0 && floatRows.count > 0 && floatRows.count % rowCount == 0,
      "\(floatRows.count) numbers are not \(rowCount) rows"
    )
    buffer.reserveCapacity(
      minimumWritableBytes: WireLimits.headerLength + blockLength
        + floatRows.count * MemoryLayout<Float>.size + WireLimits.alignment
    )
    buffer.writeFrame(
      type,
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      flags: flags,
      extensions: extensions
    ) { body in
      writeBlock(
        .floatRows,
        rowCount: rowCount,
        columnCount: floatRows.count / rowCount,
        model: model,
        schemaHash: schemaHash,
        into: &body
      )
      unsafe body.writeBytes(floatRows.bytes)
    }
  }

  /// Appends a SCORE or EXTRACT frame of raw columns to `buffer`.
  ///
  /// - Parameters:
  ///   - columns: At least one column, all with the same count of rows.
  ///   - model: The model.
  ///   - schemaHash: The hash of the schema that the columns follow.
  ///   - correlationID: The number of the request.
  ///   - budgetMicroseconds: How long the reply is of use; 0 for the server's default.
  ///   - type: SCORE or EXTRACT.
  ///   - flags: What is asked for beside the answer.
  ///   - extensions: What goes along with the request.
  ///   - buffer: The buffer.
  public static func encode(
    columns: [RawColumn],
    model: ModelHandle,
    schemaHash: UInt64,
    correlationID: UInt64,
    budgetMicroseconds: UInt32 = 0,
    type: FrameType = .score,
    flags: FrameFlags = [],
    extensions: Extensions = Extensions(),
    into buffer: inout ByteBuffer
  ) {
    let rowCount = columns.first?.rowCount ?? 0
    precondition(rowCount > 0, "there are no rows or no columns")
    for column in columns {
      precondition(
        column.rowCount == rowCount,
        "columns have \(rowCount) and \(column.rowCount) rows"
      )
    }
    buffer.writeFrame(
      type,
      correlationID: correlationID,
      budgetMicroseconds: budgetMicroseconds,
      flags: flags,
      extensions: extensions
    ) { body in
      writeBlock(
        .rawColumns,
        rowCount: rowCount,
        columnCount: columns.count,
        model: model,
        schemaHash: schemaHash,
        into: &body
      )
      for column in columns { column.encode(into: &body) }
    }
  }

  private static func writeBlock(
    _ encoding: Encoding,
    rowCount: Int,
    columnCount: Int,
    model: ModelHandle,
    schemaHash: UInt64,
    into buffer: inout ByteBuffer
  ) {
    buffer.writeBodyPrefix(blockLength: UInt16(blockLength))
    buffer.writeInteger(model.rawValue, endianness: .little)
    buffer.writeInteger(UInt32(encoding.rawValue), endianness: .little)
    buffer.writeInteger(schemaHash, endianness: .little)
    buffer.writeInteger(UInt32(rowCount), endianness: .little)
    buffer.writeInteger(UInt32(columnCount), endianness: .little)
  }
}
