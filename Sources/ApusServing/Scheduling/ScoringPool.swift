import ApusSystem
import ApusWire
import Dispatch
import NIOCore
import Synchronization

/// The threads that score what would hold an event loop up, and the queue before them.
///
/// A thread takes the work whose turn it is and whatever small work for the same version waits
/// behind it: a busy pool makes larger batches by itself, an idle one makes nobody wait.
final class ScoringPool: Sendable {
  private struct State {
    var queue: FairQueue<ScoringJob>
    /// The predicted time of the work that threads have taken.
    var takenNanoseconds = 0
    var isStopping = false
  }

  private enum Admission {
    /// The work could not be done in time.
    case late
    /// The work waits, but for what has no place now; that may be the work itself.
    case queued(displaced: [FairQueue<ScoringJob>.Entry])
  }

  /// Work is looked after between pieces of about this predicted time.
  private static let pieceNanoseconds = 1_000_000

  private let limits: ServerConfiguration
  private let state: Mutex<State>
  private let work = DispatchSemaphore(value: 0)
  private let threads = Mutex<[SystemThread]>([])

  /// Creates a pool that does not run yet.
  init(_ configuration: ServerConfiguration) {
    limits = configuration
    state = Mutex(
      State(
        queue: FairQueue(
          limits: .init(
            entries: configuration.waitingRequestLimit, rows: configuration.waitingRowLimit,
            bytes: configuration.waitingByteLimit))))
  }

  /// Starts the threads.
  ///
  /// - Throws: ``SystemError``.
  func start() throws(SystemError) {
    for index in 0..<limits.scoringThreads {
      let thread = try SystemThread("apus-score-\(index)") { self.run() }
      threads.withLock { $0.append(thread) }
    }
  }

  /// Ends the threads when the work that they have is done, and waits for them.
  func stop() {
    state.withLock { $0.isStopping = true }
    let threads = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for _ in threads { work.signal() }
    for thread in threads { thread.join() }
  }

  // MARK: In

  /// Takes a request, or answers at once what there is no room or no time for.
  func submit(_ job: ScoringJob) {
    let now = NIODeadline.now()
    let cost = job.task.version.cost.nanoseconds(rows: job.task.rowCount)
    let entry = FairQueue<ScoringJob>.Entry(
      job, model: ObjectIdentifier(job.task.version), connection: ObjectIdentifier(job.connection),
      isBulk: job.task.flags.contains(.bulk), deadline: job.task.deadline,
      rows: job.task.rowCount, bytes: job.rows.byteCount, nanoseconds: cost)
    let (admission, wait) = state.withLock { state -> (Admission, Int) in
      let wait = (state.takenNanoseconds + state.queue.nanoseconds) / limits.scoringThreads
      // Bulk waits for whatever comes, so its end cannot be told.
      let isLate = !entry.isBulk && now + .nanoseconds(Int64(wait + cost)) > entry.deadline
      return (isLate ? .late : .queued(displaced: state.queue.insert(entry)), wait)
    }
    let retry = Self.retryMilliseconds(wait)
    switch admission {
    case .late: finish(job, .failure(.deadline(.admission, retryAfterMilliseconds: retry)))
    case .queued(let displaced):
      for entry in displaced {
        finish(entry.element, .failure(.overloaded(retryAfterMilliseconds: retry)))
      }
      if !displaced.contains(where: { $0.element === job }) { work.signal() }
    }
  }

  /// The time after which the queue of now will be done, in whole milliseconds.
  private static func retryMilliseconds(_ nanoseconds: Int) -> UInt32 {
    UInt32(min(max(1, (nanoseconds + 999_999) / 1_000_000), 60_000))
  }

  /// Takes a request back; it is answered at once if it has not begun.
  func cancel(_ job: ScoringJob) {
    job.cancel()
    let removed = state.withLock { $0.queue.remove { $0 === job } }
    for entry in removed { finish(entry.element, .failure(.cancelled)) }
  }

  /// Takes back all that a connection has waiting; nobody is told.
  func abandon(_ connection: ConnectionLife) {
    _ = state.withLock { $0.queue.remove { $0.connection === connection } }
  }

  /// Answers what waited too long.
  ///
  /// - Returns: When to call again.
  func expire(at now: NIODeadline) -> NIODeadline? {
    let (expired, next) = state.withLock { state in
      (state.queue.removeExpired(at: now), state.queue.earliestDeadline())
    }
    for entry in expired {
      finish(entry.element, .failure(.deadline(.queue, retryAfterMilliseconds: 1)))
    }
    return next
  }

  /// How much waits now.
  var load: PoolLoad {
    state.withLock {
      PoolLoad(
        requests: $0.queue.count, rows: $0.queue.rows, bytes: $0.queue.bytes,
        nanoseconds: $0.queue.nanoseconds + $0.takenNanoseconds)
    }
  }

  /// The part of the queue's limits that is used, from 0 to 1.
  var fill: Double {
    let load = load
    let parts = [
      (load.requests, limits.waitingRequestLimit), (load.rows, limits.waitingRowLimit),
      (load.bytes, limits.waitingByteLimit),
    ]
    return parts.map { Double($0) / Double(max(1, $1)) }.max() ?? 0
  }

  // MARK: Threads

  private func run() {
    let batch = RowBatch<ScoringJob>()
    while true {
      work.wait()
      _ = expire(at: .now())
      let (entries, isStopping) = state.withLock { state in
        let entries = take(&state.queue)
        for entry in entries { state.takenNanoseconds += entry.nanoseconds }
        return (entries, state.isStopping)
      }
      guard !entries.isEmpty else {
        // Signals outnumber the batches, because a batch takes the work of several.
        if isStopping { return }
        continue
      }
      score(entries.map(\.element), with: batch)
      state.withLock { state in
        for entry in entries { state.takenNanoseconds -= entry.nanoseconds }
      }
    }
  }

  /// Takes the work whose turn it is, and what may be computed together with it.
  private func take(
    _ queue: inout FairQueue<ScoringJob>
  ) -> [FairQueue<ScoringJob>.Entry] {
    guard let first = queue.next() else { return [] }
    let task = first.element.task
    guard !task.flags.contains(.noBatch), first.rows < limits.batchRowLimit else { return [first] }
    return [first]
      + queue.more(of: first.model, rowLimit: limits.batchRowLimit - first.rows) { job in
        !job.task.flags.contains(.noBatch)
          && (job.task.form == .extract) == (task.form == .extract)
      }
  }

  private func score(_ jobs: [ScoringJob], with batch: RowBatch<ScoringJob>) {
    let start = NIODeadline.now()
    defer { batch.removeAll() }
    for job in jobs {
      // Nobody waits for the answer of a connection that is gone.
      guard !job.connection.isOver else { continue }
      guard !job.isCancelled else {
        finish(job, .failure(.cancelled))
        continue
      }
      guard start < job.task.deadline else {
        finish(job, .failure(.deadline(.queue, retryAfterMilliseconds: 1)))
        continue
      }
      do throws(WireError) {
        try batch.add(job.task, rows: job.rows, owner: job)
      } catch {
        finish(job, .failure(error))
      }
    }
    guard let version = batch.members.first?.task.version else { return }
    let piece = pieceRows(of: version)
    let computeStart = NIODeadline.now()
    do throws(ScoringError) {
      let isWhole = try batch.run(rowsAtOnce: piece) {
        let now = NIODeadline.now()
        return batch.members.allSatisfy { $0.owner.isUnwanted(at: now) }
      }
      let end = NIODeadline.now()
      guard isWhole else { return finishUnwanted(batch) }
      let times = BatchTimes(start: start, computeStart: computeStart, end: end)
      times.record(batch)
      for index in 0..<batch.count {
        let owner = batch.owner(ofMember: index)
        var frame = ByteBuffer()
        do throws(WireError) {
          try batch.encodeReply(ofMember: index, times: times, into: &frame)
          finish(owner, .success(frame))
        } catch {
          finish(owner, .failure(error))
        }
      }
    } catch {
      for member in batch.members { finish(member.owner, .failure(error.wireError)) }
    }
  }

  /// The rows of one piece: enough that asking in between costs nothing.
  private func pieceRows(of version: ModelVersion) -> Int {
    let perRow = max(1, version.cost.nanoseconds(rows: 512) / 512)
    return max(64, Self.pieceNanoseconds / perRow)
  }

  private func finishUnwanted(_ batch: RowBatch<ScoringJob>) {
    for job in batch.members.map(\.owner) {
      finish(
        job,
        .failure(
          job.isCancelled ? .cancelled : .deadline(.compute, retryAfterMilliseconds: 1)))
    }
  }

  private func finish(_ job: ScoringJob, _ reply: Result<ByteBuffer, WireError>) {
    if case .failure(let error) = reply { job.task.version.metrics.record(error) }
    job.sink.deliver(reply, to: job.task.correlationID)
  }
}

/// How much waits for scoring threads.
struct PoolLoad: Sendable {
  /// Requests that wait.
  let requests: Int
  /// Their rows.
  let rows: Int
  /// Their bytes.
  let bytes: Int
  /// The predicted time of what waits and what is being scored.
  let nanoseconds: Int
}

extension ScoringJob {
  fileprivate func isUnwanted(at now: NIODeadline) -> Bool {
    isCancelled || connection.isOver || now >= task.deadline
  }
}
