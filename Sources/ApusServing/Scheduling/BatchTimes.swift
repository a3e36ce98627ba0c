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
    batch.withMembers { members, rowCount in
      // All members have one version.
      let version = members[0].task.version
      record(rowCount: rowCount, of: version)
      for index in members.indices {
        let receivedAt = members[index].task.receivedAt
        version.metrics.recordAnswer(
          rows: members[index].task.rowCount,
          queueNanoseconds: (start - receivedAt).nanoseconds,
          totalNanoseconds: (end - receivedAt).nanoseconds)
      }
    }
  }

  private func record(rowCount: Int, of version: ModelVersion) {
    version.cost.observe(rows: rowCount, nanoseconds: Int(computeNanoseconds))
    version.metrics.recordBatch(rows: rowCount, computeNanoseconds: computeNanoseconds)
    if version.model.isDegraded { version.metrics.recordFallback() }
  }

  /// What a client that asked for it is told.
  func timing<Owner>(of member: borrowing RowBatch<Owner>.Member, batchRows: Int) -> Timing {
    Timing(
      queueNanoseconds: UInt32(clamping: (start - member.task.receivedAt).nanoseconds),
      transformNanoseconds: UInt32(clamping: member.transformNanoseconds),
      computeNanoseconds: UInt32(clamping: computeNanoseconds),
      totalNanoseconds: UInt32(clamping: (NIODeadline.now() - member.task.receivedAt).nanoseconds),
      batchRows: UInt32(clamping: batchRows),
      device: member.task.version.model.isOnCPU ? .cpu : .openCL,
      quality: member.task.version.model.isDegraded ? .fallbackDevice : .asAsked)
  }
}
