import ApusWire
import NIOCore
import NIOPosix
import Synchronization

/// What all connections of a server share.
final class ServerContext: Sendable {
  let configuration: ServerConfiguration
  let catalog: ModelCatalog
  let scoringPool: NIOThreadPool
  /// The large requests that wait for a scoring thread or are being scored by one.
  let waitingRequests = Atomic<Int>(0)
  let connections = ConnectionRegistry()

  init(configuration: ServerConfiguration, catalog: ModelCatalog) {
    precondition(
      configuration.eventLoopThreads > 0 && configuration.scoringThreads > 0,
      "a server needs threads, not \(configuration.eventLoopThreads) and "
        + "\(configuration.scoringThreads)"
    )
    for name in [configuration.serverName, configuration.serverVersion] {
      precondition(
        name.utf8.count <= WireLimits.nameLength,
        "'\(name)' is longer than 64 bytes"
      )
    }
    self.configuration = configuration
    self.catalog = catalog
    self.scoringPool = NIOThreadPool(numberOfThreads: configuration.scoringThreads)
  }

  /// Takes a place in the queue of large requests, or returns `false` if it is full.
  func reserveWaitingRequest() -> Bool {
    let count = waitingRequests.add(1, ordering: .relaxed).newValue
    guard count > configuration.waitingRequestLimit else { return true }
    waitingRequests.subtract(1, ordering: .relaxed)
    return false
  }

  /// Gives the place back.
  func releaseWaitingRequest() {
    waitingRequests.subtract(1, ordering: .relaxed)
  }
}
