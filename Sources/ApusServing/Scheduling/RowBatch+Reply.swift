import ApusWire
import NIOCore

extension RowBatch {
  /// Appends the reply of a member to `buffer`; if it throws, the buffer is as it was.
  ///
  /// - Parameters:
  ///   - index: The member, of a batch that was run.
  ///   - times: When it was run.
  ///   - buffer: A buffer of nothing but whole frames.
  /// - Throws: TOO_LARGE if the client did not agree to a reply of that length.
  func encodeReply(
    ofMember index: Int, times: BatchTimes, into buffer: inout ByteBuffer
  ) throws(WireError) {
    let start = buffer.writerIndex
    let batchRows = rowCount
    let limit = withOutputs(ofMember: index) { members, outputs in
      var extensions = Extensions(traceID: members[index].task.traceID)
      if members[index].task.flags.contains(.timing) {
        extensions.timing = times.timing(of: members[index], batchRows: batchRows)
      }
      members[index].task.encodeReply(outputs, extensions, into: &buffer)
      return members[index].task.maximumBodyLength
    }
    guard buffer.writerIndex - start - WireLimits.headerLength > limit else { return }
    buffer.moveWriterIndex(to: start)
    throw .tooLarge("the scores do not fit one reply", limit: limit)
  }
}

extension ScoringTask {
  fileprivate func encodeReply(
    _ outputs: Span<Float>, _ extensions: Extensions, into buffer: inout ByteBuffer
  ) {
    if case .rank(let top, let output) = form {
      var reply = RankReply(
        ranking: outputs, outputWidth: width, outputIndex: output, top: top,
        model: version.info.handle)
      reply.extensions = extensions
      reply.encode(into: &buffer, correlationID: correlationID)
    } else {
      ScoreReply.encode(
        scores: outputs, rowCount: rowCount, outputWidth: width, model: version.info.handle,
        correlationID: correlationID, type: form == .extract ? .extractOK : .scoreOK,
        extensions: extensions, into: &buffer)
    }
  }
}
