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

  private struct State {
    var gatherings: [Gathering] = []
    /// The predicted time of what was gathered.
    var nanoseconds = 0
    var unsent: [ConnectionDriver] = []
    /// Empty, with memory for the next of the unsent.
    var spare: [ConnectionDriver] = []
  }

  /// The saving per row above which requests of different connections wait for each other.
  private static let worthwhileNanoseconds = 1000

  let server: ServerContext
  /// The time when the turn began.
  private(set) var now = NIODeadline.now()
  /// The models as they are in this turn.
  private(set) var catalog: CatalogSnapshot
  private let state = Confined(State())
  private let alone = RowBatch<ConnectionDriver>()

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
    state.with { $0.gatherings.removeAll { $0.batch.isEmpty } }
  }

  /// A connection has been read: what need not wait is scored and sent.
  func endRead(of driver: ConnectionDriver) {
    scoreGathered(all: false)
    if driver.gatheredCount == 0 { driver.endTurn() } else { flushLater(driver) }
  }

  /// All has been read: the rest is scored and sent.
  func endTurn() {
    repeat { scoreGathered(all: true) } while sendUnsent()
  }

  /// Ends the turn of the connections that have something to send.
  ///
  /// - Returns: Whether there were any; they may have gathered more.
  private func sendUnsent() -> Bool {
    guard state.with({ !$0.unsent.isEmpty }) else { return false }
    var drivers: [ConnectionDriver] = []
    state.with { state in
      swap(&drivers, &state.unsent)
      swap(&state.unsent, &state.spare)
    }
    for driver in drivers { driver.endTurn() }
    drivers.removeAll(keepingCapacity: true)
    state.with { swap(&drivers, &$0.spare) }
    return true
  }

  /// The connection has something to send when the turn ends.
  func flushLater(_ driver: ConnectionDriver) {
    guard !driver.isFlushPending else { return }
    driver.isFlushPending = true
    state.with { $0.unsent.append(driver) }
  }

  // MARK: Scoring

  /// Scores a request in this turn, or hands it to the pool if that would hold the loop up.
  ///
  /// - Throws: ``WireError`` if it cannot be admitted; nobody else answers it then.
  func submit(
    _ task: ScoringTask, rows: borrowing RequestRows, of driver: ConnectionDriver
  ) throws(WireError) {
    let cost = task.version.cost.nanoseconds(rows: task.rowCount)
    let limit = server.configuration.inlineNanoseconds
    guard task.version.model.isOnCPU, cost <= limit,
      task.rowCount <= server.configuration.inlineRowLimit, !task.flags.contains(.bulk)
    else {
      return driver.scoreInPool(task, rows: rows)
    }
    let gathered = state.with { $0.nanoseconds }
    guard now + .nanoseconds(Int64(gathered + cost)) < task.deadline else {
      throw .deadline(.admission, retryAfterMilliseconds: 1)
    }
    if task.flags.contains(.noBatch) {
      try alone.add(task, rows: rows, owner: driver)
      return score(alone)
    }
    if gathered + cost > limit { scoreGathered(all: true) }
    try batch(for: task).add(task, rows: rows, owner: driver, nanoseconds: cost)
    driver.gatheredCount += 1
    state.with { $0.nanoseconds += cost }
  }

  private func batch(for task: ScoringTask) -> RowBatch<ConnectionDriver> {
    let isExtraction = task.form == .extract
    return state.with { state in
      for index in state.gatherings.indices
      where state.gatherings[index].version === task.version
        && state.gatherings[index].isExtraction == isExtraction
      {
        return state.gatherings[index].batch
      }
      let cost = task.version.cost
      let saving = cost.nanoseconds(rows: 1) - cost.nanoseconds(rows: 8) / 8
      let gathering = Gathering(
        version: task.version, isExtraction: isExtraction,
        waitsForTurn: saving > Self.worthwhileNanoseconds, batch: RowBatch())
      state.gatherings.append(gathering)
      return gathering.batch
    }
  }

  /// Scores what was gathered.
  ///
  /// - Parameter all: Whether rows that wait for those of other connections are scored too.
  private func scoreGathered(all: Bool) {
    var index = 0
    while let batch = nextDue(from: &index, all: all) { score(batch) }
  }

  /// Takes the next gathering that is due off the predicted time.
  private func nextDue(from index: inout Int, all: Bool) -> RowBatch<ConnectionDriver>? {
    state.with { state in
      while index < state.gatherings.count {
        defer { index += 1 }
        guard all || !state.gatherings[index].waitsForTurn else { continue }
        let batch = state.gatherings[index].batch
        guard !batch.isEmpty else { continue }
        state.nanoseconds -= batch.nanoseconds
        return batch
      }
      return nil
    }
  }

  private func score(_ batch: RowBatch<ConnectionDriver>) {
    let start = NIODeadline.now()
    do throws(ScoringError) {
      _ = try batch.run()
      let times = BatchTimes(start: start, computeStart: start, end: .now())
      times.record(batch)
      for index in 0..<batch.count {
        let id = batch.correlationID(ofMember: index)
        batch.owner(ofMember: index).reply(toMember: index, id, of: batch, times)
      }
    } catch {
      for member in batch.members {
        member.owner.complete(member.task.correlationID, .failure(error.wireError))
      }
    }
    if batch !== alone {
      for index in 0..<batch.count { batch.owner(ofMember: index).gatheredCount -= 1 }
    }
    batch.removeAll()
  }
}
