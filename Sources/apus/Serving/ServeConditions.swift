internal import ApusServing
internal import Synchronization

/// What the monitor has to ask a running server about, before and after there is one.
final class ServeConditions: Sendable {
  private let draining = Atomic<Bool>(false)
  private let server = Mutex<Server?>(nil)

  /// The server starts to serve.
  func begin(_ server: Server) { self.server.withLock { $0 = server } }

  /// The server starts to shut down.
  func drain() { draining.store(true, ordering: .relaxed) }

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
