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
      // A task that is taken out of the span is copied, and its version counted.
      let (id, width) = (members[index].task.correlationID, members[index].task.width)
      let model = members[index].task.version.info.handle
      switch members[index].task.form {
      case .rank(let top, let output):
        var reply = RankReply(
          ranking: outputs, outputWidth: width, outputIndex: output, top: top, model: model)
        reply.extensions = extensions
        reply.encode(into: &buffer, correlationID: id)
      case .score, .extract:
        ScoreReply.encode(
          scores: outputs, rowCount: members[index].task.rowCount, outputWidth: width,
          model: model, correlationID: id,
          type: members[index].task.form == .extract ? .extractOK : .scoreOK,
          extensions: extensions, into: &buffer)
      }
      return members[index].task.maximumBodyLength
    }
    guard buffer.writerIndex - start - WireLimits.headerLength > limit else { return }
    buffer.moveWriterIndex(to: start)
    throw .tooLarge("the scores do not fit one reply", limit: limit)
  }
}
