internal import ApusServing
internal import Synchronization

/// What the monitor has to ask a running server about, before and after there is one.
final class ServeConditions: Sendable {
  private let draining = Atomic<Bool>(false)
  private let server = Mutex<Server?>(nil)

  /// The server starts to serve.
  func begin(_ server: Server) { self.server.withLock { $0 = server } }

  /// Shuts the server down; asked twice, it does so once.
  func drain() {
    draining.store(true, ordering: .relaxed)
    guard let server = server.withLock({ $0 }) else { return }
    Task { await server.drain() }
  }

  /// The event loops that do not turn within a time.
  func stalledLoops(within limit: Duration) async -> [String] {
    await server.withLock { $0 }?.stalledLoops(within: limit) ?? []
  }

  /// What the server alone knows.
  var current: ServerMonitor.Conditions {
    var conditions = ServerMonitor.Conditions()
    conditions.isDraining = draining.load(ordering: .relaxed)
    let waiting = server.withLock { $0 }?.waiting
    conditions.waitingRequests = waiting?.requests ?? 0
    conditions.waitingRows = waiting?.rows ?? 0
    return conditions
  }
}
