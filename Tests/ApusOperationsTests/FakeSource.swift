import ApusServing
import ApusWire
import Synchronization

/// A server that says what a test tells it to.
final class FakeSource: StatusSource {
  private struct State {
    var status: ServerStatus
    var canaries: [Canary] = []
    var stalledLoops: [String] = []
  }

  private let state: Mutex<State>

  init(models: [ServerStatus.Model] = []) {
    let metrics = ServerMetrics()
    metrics.recordConnectionOpened()
    metrics.recordSwap(nanoseconds: 3_000_000)
    state = Mutex(
      State(
        status: ServerStatus(
          name: "test", version: "1", uptimeSeconds: 12.25, readiness: .ready,
          server: metrics.snapshot(), devices: [.init(selector: "cpu", isHealthy: true)],
          models: models)))
  }

  func status() -> ServerStatus { state.withLock { $0.status } }
  func canaries() -> [Canary] { state.withLock { $0.canaries } }
  func stalledLoops(within limit: Duration) async -> [String] { state.withLock { $0.stalledLoops } }
  func set(_ readiness: ServerStatus.Readiness) {
    state.withLock { $0.status.readiness = readiness }
  }
  func set(_ canaries: [Canary]) { state.withLock { $0.canaries = canaries } }
  func set(stalledLoops: [String]) { state.withLock { $0.stalledLoops = stalledLoops } }

  /// A model of which something was counted, under a name that has to be escaped.
  static func model(named name: String) -> ServerStatus.Model {
    let metrics = VersionMetrics()
    for rows in [1, 3, 300] {
      metrics.recordBatch(rows: rows, computeNanoseconds: 5000)
      metrics.recordAnswer(rows: rows, queueNanoseconds: 0, totalNanoseconds: 70_000)
    }
    metrics.recordAnswer(rows: 1, queueNanoseconds: 50, totalNanoseconds: 90_000_000_000)
    metrics.recordRefusal(.overloaded)
    metrics.recordDeadlineMiss(stage: .queue)
    let unused = VersionMetrics()
    return ServerStatus.Model(
      name: name, stable: "3", canary: "4", canaryPercent: 2.5,
      versions: [
        .init(version: "4", handle: 9, device: "cpu", state: "canary", metrics: unused.snapshot()),
        .init(version: "3", handle: 7, device: "cpu", state: "stable", metrics: metrics.snapshot()),
      ])
  }
}
