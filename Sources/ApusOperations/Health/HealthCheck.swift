import ApusServing
import Dispatch
import Synchronization

/// Runs the canaries of a server, each within a bound, and not more often than is of use.
///
/// A canary that does not come back is not started a second time: until it does, its device counts
/// as stuck, and one thread is all that is lost.
actor HealthCheck {
  private let source: any StatusSource
  private let timeout: Duration
  private let freshness: Duration
  private let stuck = StuckCanaries()
  private let queue = DispatchQueue(label: "apus.canaries", attributes: .concurrent)
  private var latest: (report: Task<HealthReport, Never>, start: ContinuousClock.Instant)?

  init(source: any StatusSource, timeout: Duration, freshness: Duration) {
    self.source = source
    self.timeout = timeout
    self.freshness = freshness
  }

  /// Returns how the server is, as found now or within the time of freshness.
  func report() async -> HealthReport {
    if let latest, latest.start.duration(to: .now) < freshness { return await latest.report.value }
    let report = Task { await check() }
    latest = (report, .now)
    return await report.value
  }

  private func check() async -> HealthReport {
    let checks = await withTaskGroup(of: HealthReport.Check.self) { group in
      for canary in source.canaries() {
        group.addTask { [queue, timeout, stuck] in
          await Self.run(canary, on: queue, within: timeout, stuck: stuck)
        }
      }
      var checks: [HealthReport.Check] = []
      for await check in group { checks.append(check) }
      return checks.sorted { ($0.device, $0.model) < ($1.device, $1.model) }
    }
    return HealthReport(source.status(), checks: checks)
  }

  private static func run(
    _ canary: Canary, on queue: DispatchQueue, within timeout: Duration, stuck: StuckCanaries
  ) async -> HealthReport.Check {
    let start = ContinuousClock.now
    @Sendable func check(_ reason: String?) -> HealthReport.Check {
      HealthReport.Check(
        device: canary.device, model: canary.model, passed: reason == nil,
        milliseconds: start.duration(to: .now) / .milliseconds(1), reason: reason)
    }
    guard stuck.enter(canary) else { return check("an earlier canary has not come back") }
    return await withCheckedContinuation { continuation in
      let answer = Answer(continuation)
      queue.async {
        do {
          try canary.run()
          answer.give(check(nil))
        } catch {
          answer.give(check("\(error)"))
        }
        stuck.leave(canary)
      }
      let seconds = timeout / .seconds(1)
      queue.asyncAfter(deadline: .now() + seconds) {
        answer.give(check("no answer within \(timeout)"))
      }
    }
  }
}

/// The canaries that have been started and have not come back.
private final class StuckCanaries: Sendable {
  private let names = Mutex<Set<String>>([])

  func enter(_ canary: Canary) -> Bool {
    names.withLock { $0.insert("\(canary.device) \(canary.model)").inserted }
  }

  func leave(_ canary: Canary) {
    _ = names.withLock { $0.remove("\(canary.device) \(canary.model)") }
  }
}

/// A continuation that takes the first of two answers.
private final class Answer<Value: Sendable>: Sendable {
  private let continuation: Mutex<CheckedContinuation<Value, Never>?>

  init(_ continuation: CheckedContinuation<Value, Never>) {
    self.continuation = Mutex(continuation)
  }

  func give(_ value: Value) {
    continuation.withLock { $0.take() }?.resume(returning: value)
  }
}
