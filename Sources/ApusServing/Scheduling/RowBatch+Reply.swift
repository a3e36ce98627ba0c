import ApusWire
import NIOCore

extension RowBatch {
  /// Appends the reply of a member to `buffer`; if it throws, the buffer is as it was.
  ///
  /// - Parameters:
  ///   - member: A member of a batch that was run.
  ///   - times: When it was run.
  ///   - buffer: A buffer of nothing but whole frames.
  /// - Throws: TOO_LARGE if the client did not agree to a reply of that length.
  func encodeReply(
    of member: Member, times: BatchTimes, into buffer: inout ByteBuffer
  ) throws(WireError) {
    let task = member.task
    let start = buffer.writerIndex
    var extensions = Extensions(traceID: task.traceID)
    if task.flags.contains(.timing) {
      extensions.timing = times.timing(of: member, batchRows: rowCount)
    }
    withOutputs(of: member) { outputs in
      if case .rank(let top, let output) = task.form {
        var reply = RankReply(
          ranking: outputs, outputWidth: task.width, outputIndex: output, top: top,
          model: task.version.info.handle)
        reply.extensions = extensions
        reply.encode(into: &buffer, correlationID: task.correlationID)
      } else {
        ScoreReply.encode(
          scores: outputs, rowCount: task.rowCount, outputWidth: task.width,
          model: task.version.info.handle, correlationID: task.correlationID,
          type: task.form == .extract ? .extractOK : .scoreOK, extensions: extensions,
          into: &buffer)
      }
    }
    guard buffer.writerIndex - start - WireLimits.headerLength > task.maximumBodyLength else {
      return
    }
    buffer.moveWriterIndex(to: start)
    throw .tooLarge("the scores do not fit one reply", limit: task.maximumBodyLength)
  }
}
