public import NIOCore

extension ScoreReply {
  /// Appends a SCORE_OK or EXTRACT_OK frame of scores that lie elsewhere.
  ///
  /// A row with a score that is not finite fails with INTERNAL: its scores are sent as 0.
  ///
  /// - Parameters:
  ///   - scores: `rowCount` times `outputWidth` scores, row after row.
  ///   - rowCount: The rows.
  ///   - outputWidth: The scores per row.
  ///   - model: The model that scored.
  ///   - correlationID: The number of the request.
  ///   - type: SCORE_OK or EXTRACT_OK.
  ///   - extensions: What goes along.
  ///   - buffer: The buffer.
  public static func encode(
    scores: Span<Float>,
    rowCount: Int,
    outputWidth: Int,
    model: ModelHandle,
    correlationID: UInt64,
    type: FrameType = .scoreOK,
    extensions: Extensions = Extensions(),
    into buffer: inout ByteBuffer
  ) {
    precondition(
      scores.count == rowCount * outputWidth,
      "\(scores.count) scores are not \(rowCount) rows of \(outputWidth)")
    guard scores.firstNotFinite() == nil else {
      return failing(scores, rowCount: rowCount, outputWidth: outputWidth, model: model)
        .encode(as: type, into: &buffer, correlationID: correlationID, extensions: extensions)
    }
    guard extensions.isEmpty else {
      return buffer.writeFrame(type, correlationID: correlationID, extensions: extensions) { body in
        writeBody(
          scores: scores, rowCount: rowCount, outputWidth: outputWidth, model: model, failures: [],
          into: &body)
      }
    }
    buffer.writeFrame(
      type, correlationID: correlationID, bodyLength: statusesOffset(scoreCount: scores.count)
    ) { body in
      fill(
        &body, scores: scores, rowCount: rowCount, outputWidth: outputWidth, model: model,
        failures: [])
    }
  }

  /// The reply in which each row with a score that is not finite has failed.
  private static func failing(
    _ scores: Span<Float>, rowCount: Int, outputWidth: Int, model: ModelHandle
  ) -> ScoreReply {
    var numbers = [Float](repeating: 0, count: scores.count)
    var failures = [WireError.Code?](repeating: nil, count: rowCount)
    for row in 0..<rowCount {
      let cells = row * outputWidth..<(row + 1) * outputWidth
      if cells.contains(where: { !scores[$0].isFinite }) {
        failures[row] = .internal
      } else {
        for cell in cells { numbers[cell] = scores[cell] }
      }
    }
    return ScoreReply(
      model: model, rowCount: rowCount, outputWidth: outputWidth, scores: numbers,
      failures: failures)
  }

  private func encode(
    as type: FrameType, into buffer: inout ByteBuffer, correlationID: UInt64,
    extensions: Extensions
  ) {
    buffer.writeFrame(type, correlationID: correlationID, extensions: extensions) { body in
      encodeBody(into: &body)
    }
  }

  /// Where the statuses begin, or would: behind the padded scores.
  private static func statusesOffset(scoreCount: Int) -> Int {
    (blockLength + scoreCount * MemoryLayout<Float>.size + 7) & ~7
  }

  /// Writes a body without extensions.
  static func writeBody(
    scores: Span<Float>,
    rowCount: Int,
    outputWidth: Int,
    model: ModelHandle,
    failures: [WireError.Code?],
    into buffer: inout ByteBuffer
  ) {
    precondition(
      failures.isEmpty || failures.count == rowCount,
      "\(failures.count) states for \(rowCount) rows")
    let statuses = statusesOffset(scoreCount: scores.count)
    let hasFailures = failures.contains { $0 != nil }
    buffer.write(length: hasFailures ? (statuses + 2 * rowCount + 7) & ~7 : statuses) { body in
      fill(
        &body, scores: scores, rowCount: rowCount, outputWidth: outputWidth, model: model,
        failures: failures)
    }
  }

  /// Fills a body whose length was reckoned.
  ///
  /// ```
  ///  0  block length 2, 0 (2), extensions length 4 | model 4 | rows 4
  /// 16  scores per row 4 | has statuses 1, 0 (3)   | failed rows 4 | 0 (4)
  /// 32  scores f32 ... | padding | a status of 2 bytes per row, where one failed | padding
  /// ```
  private static func fill(
    _ body: inout MutableRawSpan,
    scores: Span<Float>,
    rowCount: Int,
    outputWidth: Int,
    model: ModelHandle,
    failures: [WireError.Code?]
  ) {
    let failed = failures.lazy.filter { $0 != nil }.count
    func store(_ low: Int, _ high: Int, at offset: Int) {
      let word = UInt64(UInt32(low)) | UInt64(UInt32(high)) << 32
      body.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
    // Padding lies in the last word of the scores, and of the statuses.
    store(0, 0, at: statusesOffset(scoreCount: scores.count) - 8)
    store(0, 0, at: body.byteCount - 8)
    store(blockLength, 0, at: 0)
    store(Int(model.rawValue), rowCount, at: 8)
    store(outputWidth, failed > 0 ? 1 : 0, at: 16)
    store(failed, 0, at: 24)
    unsafe body.withUnsafeMutableBytes { body in
      unsafe scores.bytes.withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: body[blockLength...]).copyMemory(from: bytes)
      }
    }
    guard failed > 0 else { return }
    let statuses = statusesOffset(scoreCount: scores.count)
    for (row, failure) in failures.enumerated() {
      let status = (failure?.rawValue ?? 0).littleEndian
      body.storeBytes(of: status, toByteOffset: statuses + 2 * row, as: UInt16.self)
    }
  }
}
