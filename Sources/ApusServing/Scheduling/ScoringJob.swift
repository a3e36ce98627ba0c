import ApusWire
import NIOCore
import Synchronization

/// A request that waits for a scoring thread, with its rows.
final class ScoringJob: Sendable {
  /// The request.
  let task: ScoringTask
  /// Its rows.
  let rows: RequestRows
  /// Takes the one reply, on any thread.
  let sink: any ReplySink
  /// The connection that asks.
  let connection: ConnectionLife
  private let cancellation = Atomic<Bool>(false)

  /// Creates a job.
  init(
    _ task: ScoringTask, rows: consuming RequestRows, sink: any ReplySink,
    connection: ConnectionLife
  ) {
    self.task = task
    self.rows = rows
    self.sink = sink
    self.connection = connection
  }

  /// Whether the client has taken the request back.
  var isCancelled: Bool { cancellation.load(ordering: .relaxed) }

  /// Nobody wants the result any more; what has begun stops between two pieces.
  func cancel() { cancellation.store(true, ordering: .relaxed) }
}

/// Takes the replies of requests that were scored on another thread.
protocol ReplySink: Sendable {
  /// Takes the reply of a request to the thread of its connection: a whole frame, or an error.
  func deliver(_ reply: Result<ByteBuffer, WireError>, to correlationID: UInt64)
}
