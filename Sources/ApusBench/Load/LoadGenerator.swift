internal import ApusSystem
internal import CLinux

/// Puts a plan's load on connections that are ready, from one thread.
struct LoadGenerator<Speech: Exchange>: ~Copyable {
  private let plan: LoadPlan
  private let connections: [LoadConnection<Speech>]
  private var poller: Poller
  private var result = LoadResult()
  private var cursor = 0

  /// Prepares the connections.
  ///
  /// - Parameters:
  ///   - plan: A plan without a fault.
  ///   - connections: As many as the plan has.
  /// - Throws: ``BenchError`` with code `system`.
  init(_ plan: LoadPlan, _ connections: [LoadConnection<Speech>]) throws(BenchError) {
    precondition(
      connections.count == plan.connections,
      "the plan has \(plan.connections) connections, not \(connections.count)")
    let poller = try Poller.make()
    for (token, connection) in connections.enumerated() {
      if plan.waiting == .block {
        try connection.waitInside()
      } else {
        try connection.join(poller, token: token)
      }
    }
    self.plan = plan
    self.connections = connections
    self.poller = poller
  }

  /// Runs the plan.
  ///
  /// - Returns: What came back.
  mutating func run() -> LoadResult {
    // Without it requests of an open loop would begin late; a refusal costs no more than that.
    if plan.arrivals != .closedLoop { _ = clinux_sharpen_timers() }
    let start = Clock.now()
    let window = LoadWindow(plan, from: start)
    var schedule = ArrivalSchedule(plan.arrivals, from: start, seed: plan.seed)
    let isClosedLoop = schedule == nil
    var threadTime = Clock.threadTime()
    var isWarm = false
    var isOver = false

    if isClosedLoop {
      for token in connections.indices { refill(token) }
    }
    while true {
      let now = Clock.now()
      if !isWarm, now >= window.first {
        isWarm = true
        threadTime = Clock.threadTime()
      }
      if !isOver, now >= window.end {
        isOver = true
        result.processorSeconds = Double(Clock.threadTime() - threadTime) / 1e9
      }
      if schedule != nil { beginDue(&schedule, at: now, window) }
      if isOver {
        let isSent = schedule.map { $0.next >= window.end } ?? true
        if now >= window.deadline || (isSent && isIdle) { break }
      }
      if !connections.contains(where: \.isOpen) { break }
      let next = min(schedule?.next ?? .max, isOver ? window.deadline : window.end)
      wait(nanoseconds: next > now ? next - now : 0, window, refills: isClosedLoop && !isOver)
    }

    if !isOver { result.processorSeconds = Double(Clock.threadTime() - threadTime) / 1e9 }
    result.durationSeconds = plan.durationSeconds
    result.lost = connections.reduce(0) { $0 + $1.outstandingCount }
    countUnsent(&schedule, window)
    return result
  }

  private var isIdle: Bool { connections.allSatisfy { $0.outstandingCount == 0 } }

  /// Waits for replies and takes them.
  private mutating func wait(nanoseconds: UInt64, _ window: LoadWindow, refills: Bool) {
    if plan.waiting == .block || (plan.waiting == .spin && connections.count == 1) {
      serve(0, window, refills: refills)
      return
    }
    // A full backlog has a due time in the past: only a reply can help, so there is no hurry.
    let patience =
      nanoseconds == 0 && !connections.contains(where: \.hasRoom) ? 1_000_000 : nanoseconds
    let count = poller.wait(nanoseconds: plan.waiting == .spin ? 0 : min(patience, 100_000_000))
    for index in 0..<count {
      let event = poller.event(index)
      let token = Int(event.token)
      if event.isWritable { flush(token) }
      if event.isReadable { serve(token, window, refills: refills) }
    }
  }

  private mutating func serve(_ token: Int, _ window: LoadWindow, refills: Bool) {
    connections[token].receive(window, &result)
    if refills { refill(token) } else { flush(token) }
  }

  private mutating func refill(_ token: Int) {
    connections[token].fill(&result)
    flush(token)
  }

  private func flush(_ token: Int) {
    let connection = connections[token]
    let wasBlocked = connection.isBlocked
    connection.flush()
    if connection.isOpen, connection.isBlocked != wasBlocked, plan.waiting != .block {
      connection.updateWatch(poller, token: token)
    }
  }

  /// Sends what is due on connections that have room, in turn.
  private mutating func beginDue(
    _ schedule: inout ArrivalSchedule?, at now: UInt64, _ window: LoadWindow
  ) {
    while let due = schedule?.next, due <= now, due < window.end, let token = nextWithRoom() {
      connections[token].begin(due: due, at: Clock.now(), &result)
      flush(token)
      schedule?.advance()
    }
  }

  private mutating func nextWithRoom() -> Int? {
    for _ in connections.indices {
      cursor = cursor + 1 == connections.count ? 0 : cursor + 1
      if connections[cursor].hasRoom { return cursor }
    }
    return nil
  }

  /// Counts what was due and never sent, with the time that it had waited by then.
  private mutating func countUnsent(_ schedule: inout ArrivalSchedule?, _ window: LoadWindow) {
    let now = Clock.now()
    while let due = schedule?.next, due < window.end, due <= now {
      result.unsent += 1
      if window.counts(due) { result.latency.record(nanoseconds: now - due) }
      schedule?.advance()
    }
  }
}
