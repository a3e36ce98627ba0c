public import NIOCore

extension ScoreReply {
  /// Appends a SCORE_OK or EXTRACT_OK frame whose scores are computed where they are sent from.
  ///
  /// A row with a score that is not finite fails with INTERNAL: its scores are sent as 0. If
  /// `score` throws, the buffer is as it was.
  ///
  /// - Parameters:
  ///   - model: The model that scores.
  ///   - rowCount: The rows.
  ///   - outputWidth: The scores per row.
  ///   - correlationID: The number of the request.
  ///   - type: SCORE_OK or EXTRACT_OK.
  ///   - buffer: The buffer, which holds nothing but whole frames.
  ///   - extensions: What goes along; asked for when the scores are there.
  ///   - score: Writes `rowCount` times `outputWidth` scores, which are 0 before.
  /// - Throws: What `score` throws.
  public static func encode<Failure: Error>(
    model: ModelHandle,
    rowCount: Int,
    outputWidth: Int,
    correlationID: UInt64,
    type: FrameType = .scoreOK,
    into buffer: inout ByteBuffer,
    extensions: @autoclosure () -> Extensions = Extensions(),
    score: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(
      buffer.writerIndex % WireLimits.alignment == 0,
      "a frame begins at byte \(buffer.writerIndex) of its buffer, not at a multiple of 8"
    )
    let length = rowCount * outputWidth * MemoryLayout<Float>.size
    buffer.reserveCapacity(
      minimumWritableBytes: WireLimits.headerLength + overheadLength + length
    )
    try buffer.writeFrame(
      type,
      correlationID: correlationID,
      extensions: extensions()
    ) { body throws(Failure) in
      let start = body.writerIndex
      writeBlock(
        model: model,
        rowCount: rowCount,
        outputWidth: outputWidth,
        failedCount: 0,
        into: &body
      )
      let first = body.writerIndex - body.readerIndex
      body.writeRepeatingByte(0, count: length)
      let failed = try fill(&body, first..<first + length, outputWidth, score)
      guard !failed.isEmpty else { return }

      body.moveWriterIndex(to: start)
      writeBlock(
        model: model,
        rowCount: rowCount,
        outputWidth: outputWidth,
        failedCount: failed.count,
        into: &body
      )
      body.moveWriterIndex(forwardBy: length)
      body.writePadding(since: start)
      let statuses = body.writerIndex
      body.writeRepeatingByte(0, count: rowCount * 2)
      for row in failed {
        body.setInteger(
          WireError.Code.internal.rawValue,
          at: statuses + row * 2,
          endianness: .little
        )
      }
    }
  }

  /// Lets `score` write over the bytes in `range` and returns the rows that are not finite.
  private static func fill<Failure: Error>(
    _ buffer: inout ByteBuffer,
    _ range: Range<Int>,
    _ outputWidth: Int,
    _ score: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) -> [Int] {
    var bytes = buffer.mutableReadableBytesSpan
    var part = bytes._mutatingExtracting(range)
    // Frames are multiples of 8 bytes, so the scores are aligned in a buffer that frames fill.
    var scores = unsafe part._unsafeMutableView(as: Float.self)
    try score(&scores)
    guard let bad = scores.span.firstNotFinite() else { return [] }
    var failed: [Int] = []
    for row in bad / outputWidth..<scores.count / outputWidth {
      let cells = row * outputWidth..<(row + 1) * outputWidth
      guard cells.contains(where: { !scores[$0].isFinite }) else { continue }
      failed.append(row)
      for cell in cells { scores[cell] = 0 }
    }
    return failed
  }
}
