import ApusWire
import NIOCore

/// A request that was admitted: all but its rows.
///
/// It keeps its version until it is answered, whatever the catalog becomes meanwhile.
struct ScoringTask: Sendable {
  /// What the rows are computed for.
  enum Form: Sendable, Equatable {
    /// A score per row and output.
    case score
    /// The embedding of each row.
    case extract
    /// The best rows, by one of their scores.
    case rank(top: Int, output: Int)
  }

  /// The number of the request.
  let correlationID: UInt64
  /// What is asked for.
  let form: Form
  /// The rows.
  let rowCount: Int
  /// Who answers.
  let version: ModelVersion
  /// When the whole frame was there.
  let receivedAt: NIODeadline
  /// When nobody wants the answer any more.
  let deadline: NIODeadline
  /// What the client asks for beside the answer.
  let flags: FrameFlags
  /// The name of the request in the client's logs.
  let traceID: TraceID?
  /// The longest body that the client takes.
  let maximumBodyLength: Int

  /// The numbers that the model computes for a row.
  var width: Int {
    form == .extract ? version.model.embeddingWidth : version.info.outputWidth
  }
}

extension ScoringTask {
  /// Verifies that the rows were made for the version, and that the reply will fit.
  ///
  /// - Throws: SCHEMA_MISMATCH, BAD_INPUT or TOO_LARGE.
  func verify(_ rows: borrowing RequestRows) throws(WireError) {
    try rows.verify(for: version.info)
    guard width > 0 else { throw .badInput("the model has no embedding") }
    if case .rank = form { return }
    // Rows are at most 2^32 and a width is far below that, so nothing overflows.
    let replyLength =
      rowCount * (width * MemoryLayout<Float>.size + 2) + ScoreReply.overheadLength
    guard replyLength <= maximumBodyLength else {
      throw .tooLarge("the scores do not fit one reply", limit: maximumBodyLength)
    }
  }
}
