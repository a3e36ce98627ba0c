import ApusWire
import NIOCore

/// When a batch was taken up, when its net began, and when it ended.
struct BatchTimes {
  let start: NIODeadline
  let computeStart: NIODeadline
  let end: NIODeadline

  /// What the net took.
  var computeNanoseconds: Int64 { (end - computeStart).nanoseconds }

  /// Counts the batch and its answers, and corrects the predicted cost.
  func record<Owner>(_ batch: RowBatch<Owner>) {
    guard let version = batch.members.first?.task.version else { return }
    version.cost.observe(rows: batch.rowCount, nanoseconds: Int(computeNanoseconds))
    version.metrics.recordBatch(rows: batch.rowCount, computeNanoseconds: computeNanoseconds)
    if version.model.isDegraded { version.metrics.recordFallback() }
    for member in batch.members {
      version.metrics.recordAnswer(
        rows: member.task.rowCount,
        queueNanoseconds: (start - member.task.receivedAt).nanoseconds,
        totalNanoseconds: (end - member.task.receivedAt).nanoseconds)
    }
  }

  /// What a client that asked for it is told.
  func timing<Owner>(of member: RowBatch<Owner>.Member, batchRows: Int) -> Timing {
    let task = member.task
    return Timing(
      queueNanoseconds: UInt32(clamping: (start - task.receivedAt).nanoseconds),
      transformNanoseconds: UInt32(clamping: member.transformNanoseconds),
      computeNanoseconds: UInt32(clamping: computeNanoseconds),
      totalNanoseconds: UInt32(clamping: (NIODeadline.now() - task.receivedAt).nanoseconds),
      batchRows: UInt32(clamping: batchRows),
      device: task.version.model.isOnCPU ? .cpu : .openCL,
      quality: task.version.model.isDegraded ? .fallbackDevice : .asAsked)
  }
}
