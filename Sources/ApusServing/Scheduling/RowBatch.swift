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

  private struct State: ~Copyable {
    /// All have one version, and all or none want embeddings.
    var members: [Member] = []
    /// The numbers of a row that are computed.
    var width = 0
    var rowCount = 0
    var nanoseconds = 0
    var features = NumberScratch<Float>()
    var outputs = NumberScratch<Float>()
  }

  private let state = Confined(State())
  /// Holds the raw numbers of one request at a time.
  private let numbers = Confined(NumberScratch<Double>())

  /// The requests, in the order of their rows.
  var members: [Member] { state.with { $0.members } }

  /// How many requests there are.
  var count: Int { state.with { $0.members.count } }

  /// The number of a member's request.
  func correlationID(ofMember index: Int) -> UInt64 {
    state.with { $0.members[index].task.correlationID }
  }

  /// Who waits for a member.
  func owner(ofMember index: Int) -> Owner { state.with { $0.members[index].owner } }

  /// The rows of all requests.
  var rowCount: Int { state.with { $0.rowCount } }

  /// The predicted time of all requests.
  var nanoseconds: Int { state.with { $0.nanoseconds } }

  /// Whether there is nothing to do.
  var isEmpty: Bool { rowCount == 0 }

  /// Takes a request in.
  ///
  /// - Parameters:
  ///   - task: The request; those of one batch have one version, and all or none want embeddings.
  ///   - rows: Its rows, of which nothing is kept.
  ///   - owner: Who waits for it.
  ///   - nanoseconds: The predicted time.
  /// - Throws: ``WireError`` if a value is unusable; the batch is as it was.
  func add(
    _ task: ScoringTask, rows: borrowing RequestRows, owner: Owner, nanoseconds: Int = 0
  ) throws(WireError) {
    let width = task.version.info.featureWidth
    // The clock takes as long as a tenth of a small request's transform.
    let isTimed = rows.areRaw && task.flags.contains(.timing)
    let start = isTimed ? NIODeadline.now() : task.receivedAt
    try state.with { state throws(WireError) in
      let range = state.rowCount * width..<(state.rowCount + task.rowCount) * width
      state.features.reserve(range.upperBound)
      try state.features.withMutable(range) { features throws(WireError) in
        try numbers.with { numbers throws(WireError) in
          try rows.write(into: &features, &numbers, for: task.version)
        }
      }
      if state.rowCount == 0 { state.width = task.width }
      state.members.append(
        Member(
          task: task, owner: owner, firstRow: state.rowCount,
          transformNanoseconds: isTimed ? (NIODeadline.now() - start).nanoseconds : 0))
      state.rowCount += task.rowCount
      state.nanoseconds += nanoseconds
    }
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
    var row = 0
    while row < rowCount {
      guard row == 0 || !isUnwanted() else { return false }
      row += try state.with { state throws(ScoringError) in
        let count = min(rowsAtOnce, state.rowCount - row)
        try Self.compute(row..<row + count, &state)
        return count
      }
    }
    return true
  }

  private static func compute(
    _ rows: Range<Int>, _ state: inout State
  ) throws(ScoringError) {
    let version = state.members[0].task.version
    let isExtraction = state.members[0].task.form == .extract
    let (inputWidth, width) = (version.info.featureWidth, state.width)
    state.outputs.reserve(state.rowCount * width)
    let inputs = rows.lowerBound * inputWidth..<rows.upperBound * inputWidth
    let outputs = rows.lowerBound * width..<rows.upperBound * width
    try state.outputs.withMutable(outputs) { outputs throws(ScoringError) in
      for index in outputs.indices { outputs[index] = 0 }
      try state.features.withSpan(inputs) { features throws(ScoringError) in
        if isExtraction {
          try version.model.extract(floatRows: features, rowCount: rows.count, into: &outputs)
        } else {
          try version.model.score(floatRows: features, rowCount: rows.count, into: &outputs)
        }
      }
    }
  }

  /// Calls `body` with the requests, and with what was computed for one of them.
  func withOutputs<Result, Failure: Error>(
    ofMember index: Int, _ body: (Span<Member>, Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try state.with { state throws(Failure) in
      let first = state.members[index].firstRow
      let end = first + state.members[index].task.rowCount
      let members = state.members.span
      return try state.outputs.withSpan(first * state.width..<end * state.width) {
        outputs throws(Failure) in
        try body(members, outputs)
      }
    }
  }

  /// Calls `body` with the requests, in the order of their rows, and the count of these.
  func withMembers(_ body: (Span<Member>, _ rowCount: Int) -> Void) {
    state.with { body($0.members.span, $0.rowCount) }
  }

  /// Empties the batch and keeps its memory.
  func removeAll() {
    state.with { state in
      // For the few that there mostly are, one by one is sooner than to remove all.
      for _ in state.members.indices { state.members.removeLast() }
      state.rowCount = 0
      state.nanoseconds = 0
    }
  }
}
