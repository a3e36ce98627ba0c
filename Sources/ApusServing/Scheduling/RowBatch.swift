import ApusWire
import NIOCore

/// Rows of several requests for one version, computed in one call.
///
/// ```
/// add: request --copy, or transform--> features |a a|b|c c c|
/// run: features --net--> outputs |a a|b|c c c|
/// reply: outputs --> one frame per request
/// ```
/// It keeps its memory from batch to batch. `Owner` is whoever waits for the reply of a task.
final class RowBatch<Owner> {
  /// A request in the batch.
  struct Member {
    let task: ScoringTask
    let owner: Owner
    let firstRow: Int
    let transformNanoseconds: Int64
  }

  private(set) var members: [Member] = []
  private(set) var rowCount = 0
  private var features = FloatScratch()
  private var outputs = FloatScratch()

  /// Whether there is nothing to do.
  var isEmpty: Bool { members.isEmpty }

  /// Takes a request in.
  ///
  /// - Parameters:
  ///   - task: The request; those of one batch have one version, and all or none want embeddings.
  ///   - rows: Its rows, of which nothing is kept.
  ///   - owner: Who waits for it.
  /// - Throws: ``WireError`` if a value is unusable; the batch is as it was.
  func add(_ task: ScoringTask, rows: borrowing RequestRows, owner: Owner) throws(WireError) {
    let width = task.version.info.featureWidth
    let range = rowCount * width..<(rowCount + task.rowCount) * width
    features.reserve(range.upperBound)
    let start = rows.areRaw ? NIODeadline.now() : task.receivedAt
    try features.withMutable(range) { features throws(WireError) in
      try rows.write(into: &features, for: task.version)
    }
    members.append(
      Member(
        task: task, owner: owner, firstRow: rowCount,
        transformNanoseconds: rows.areRaw ? (NIODeadline.now() - start).nanoseconds : 0))
    rowCount += task.rowCount
  }

  /// Computes all rows.
  ///
  /// - Parameters:
  ///   - rowsAtOnce: After so many rows, `isUnwanted` is asked.
  ///   - isUnwanted: Whether all the rest can be left.
  /// - Returns: Whether all was computed.
  /// - Throws: ``ScoringError`` if the model fails.
  func run(
    rowsAtOnce: Int = .max, isUnwanted: () -> Bool = { false }
  ) throws(ScoringError) -> Bool {
    guard let first = members.first?.task else { return true }
    let (model, inputWidth) = (first.version.model, first.version.info.featureWidth)
    let width = first.width
    outputs.reserve(rowCount * width)
    var row = 0
    while row < rowCount {
      guard row == 0 || !isUnwanted() else { return false }
      let count = min(rowsAtOnce, rowCount - row)
      let inputs = row * inputWidth..<(row + count) * inputWidth
      try outputs.withMutable(row * width..<(row + count) * width) { outputs throws(ScoringError) in
        for index in outputs.indices { outputs[index] = 0 }
        try features.withSpan(inputs) { features throws(ScoringError) in
          if first.form == .extract {
            try model.extract(floatRows: features, rowCount: count, into: &outputs)
          } else {
            try model.score(floatRows: features, rowCount: count, into: &outputs)
          }
        }
      }
      row += count
    }
    return true
  }

  /// Calls `body` with what was computed for a member.
  func withOutputs<Result, Failure: Error>(
    of member: Member, _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let width = member.task.width
    let first = member.firstRow * width
    return try outputs.withSpan(first..<first + member.task.rowCount * width, body)
  }

  /// Empties the batch and keeps its memory.
  func removeAll() {
    members.removeAll(keepingCapacity: true)
    rowCount = 0
  }
}
