import ApusWire
import NIOCore

/// Scores what the connections of one event loop gather in a turn, on the loop's thread.
///
/// ```
/// connection A: | frame frame |         cheap: scored when A has been read, sent at once
/// connection B: | frame |               dear: waits until all that was readable has been read,
/// connection C: | frame |               then all rows of a version are scored together
/// ```
/// A net whose single row costs next to nothing is not worth waiting for; one whose weights must be
/// fetched from memory for each row is. Nothing waits for a timer.
final class LoopScheduler {
  private struct Gathering {
    let version: ModelVersion
    let isExtraction: Bool
    /// Whether rows wait for those of other connections.
    let waitsForTurn: Bool
    let batch: RowBatch<ConnectionDriver>
  }

  /// The saving per row above which requests of different connections wait for each other.
  private static let worthwhileNanoseconds = 1000

  let server: ServerContext
  /// The time when the turn began.
  private(set) var now = NIODeadline.now()
  /// The models as they are in this turn.
  private(set) var catalog: CatalogSnapshot
  private var gatherings: [Gathering] = []
  private let alone = RowBatch<ConnectionDriver>()
  /// The predicted time of what was gathered.
  private var gatheredNanoseconds = 0
  private var unsent: [ConnectionDriver] = []
  /// Those whose turn ends now; the two change places, so that both keep their memory.
  private var sending: [ConnectionDriver] = []

  init(_ server: ServerContext) {
    self.server = server
    catalog = server.catalog.snapshot()
  }

  // MARK: Turns

  /// A turn begins: the time and the models are those of now until it ends.
  func beginTurn() {
    now = .now()
    guard server.catalog.generation != catalog.generation else { return }
    catalog = server.catalog.snapshot()
    // Versions that were unloaded must not be kept alive by memory set aside for them.
    gatherings.removeAll { $0.batch.isEmpty }
  }

  /// A connection has been read: what need not wait is scored and sent.
  func endRead(of driver: ConnectionDriver) {
    for gathering in gatherings where !gathering.waitsForTurn { score(gathering.batch) }
    if driver.gatheredCount == 0 { driver.endTurn() } else { flushLater(driver) }
  }

  /// All has been read: the rest is scored and sent.
  func endTurn() {
    repeat {
      for gathering in gatherings { score(gathering.batch) }
      gatheredNanoseconds = 0
      swap(&sending, &unsent)
      for driver in sending { driver.endTurn() }
      sending.removeAll(keepingCapacity: true)
    } while !unsent.isEmpty
  }

  /// The connection has something to send when the turn ends.
  func flushLater(_ driver: ConnectionDriver) {
    guard !driver.isFlushPending else { return }
    driver.isFlushPending = true
    unsent.append(driver)
  }

  // MARK: Scoring

  /// Scores a request in this turn, or hands it to the pool if that would hold the loop up.
  ///
  /// - Throws: ``WireError`` if it cannot be admitted; nobody else answers it then.
  func submit(
    _ task: ScoringTask, rows: RequestRows, of driver: ConnectionDriver
  ) throws(WireError) {
    let cost = task.version.cost.nanoseconds(rows: task.rowCount)
    let limit = server.configuration.inlineNanoseconds
    guard task.version.model.isOnCPU, cost <= limit,
      task.rowCount <= server.configuration.inlineRowLimit, !task.flags.contains(.bulk)
    else {
      return driver.scoreInPool(task, rows: rows)
    }
    guard now + .nanoseconds(Int64(gatheredNanoseconds + cost)) < task.deadline else {
      throw .deadline(.admission, retryAfterMilliseconds: 1)
    }
    if task.flags.contains(.noBatch) {
      try alone.add(task, rows: rows, owner: driver)
      return score(alone)
    }
    if gatheredNanoseconds + cost > limit {
      for gathering in gatherings { score(gathering.batch) }
      gatheredNanoseconds = 0
    }
    let gathering = gathering(for: task)
    try gathering.batch.add(task, rows: rows, owner: driver)
    driver.gatheredCount += 1
    gatheredNanoseconds += cost
  }

  private func gathering(for task: ScoringTask) -> Gathering {
    let isExtraction = task.form == .extract
    for gathering in gatherings
    where gathering.version === task.version && gathering.isExtraction == isExtraction {
      return gathering
    }
    let cost = task.version.cost
    let saving = cost.nanoseconds(rows: 1) - cost.nanoseconds(rows: 8) / 8
    let gathering = Gathering(
      version: task.version, isExtraction: isExtraction,
      waitsForTurn: saving > Self.worthwhileNanoseconds, batch: RowBatch())
    gatherings.append(gathering)
    return gathering
  }

  private func score(_ batch: RowBatch<ConnectionDriver>) {
    guard !batch.isEmpty else { return }
    let start = NIODeadline.now()
    do throws(ScoringError) {
      _ = try batch.run()
      let times = BatchTimes(start: start, computeStart: start, end: .now())
      times.record(batch)
      for member in batch.members { member.owner.reply(to: member, of: batch, times) }
    } catch {
      for member in batch.members {
        member.owner.complete(member.task.correlationID, .failure(error.wireError))
      }
    }
    if batch !== alone { for member in batch.members { member.owner.gatheredCount -= 1 } }
    batch.removeAll()
  }
}
