import ApusWire
import Synchronization

/// How many connections there are, of each peer and in all, and whether the server drains.
final class ConnectionLedger: Sendable {
  /// The place of one connection.
  struct Place: Sendable {
    fileprivate let peer: String
  }

  /// Whether a connection may stay.
  enum Admission {
    case admitted(Place)
    case refused(WireError)
  }

  private struct State {
    var count = 0
    var countOfPeer: [String: Int] = [:]
    var isDraining = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let limit: Int
  private let limitPerPeer: Int
  private let metrics: ServerMetrics
  private let state = Mutex(State())

  init(limit: Int, limitPerPeer: Int, metrics: ServerMetrics) {
    self.limit = limit
    self.limitPerPeer = limitPerPeer
    self.metrics = metrics
  }

  /// The count of open connections.
  var count: Int { state.withLock { $0.count } }

  /// Whether the server drains.
  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// Gives a connection a place, if there is one.
  func add(peer: String) -> Admission {
    let refusal = state.withLock { state -> ServerMetrics.ConnectionRefusal? in
      if state.isDraining { return .draining }
      if state.count >= limit { return .limit }
      if state.countOfPeer[peer, default: 0] >= limitPerPeer { return .peerLimit }
      state.count += 1
      state.countOfPeer[peer, default: 0] += 1
      return nil
    }
    guard let refusal else {
      metrics.recordConnectionOpened()
      return .admitted(Place(peer: peer))
    }
    metrics.recordConnectionRefused(refusal)
    return .refused(
      refusal == .draining ? .draining : .overloaded(retryAfterMilliseconds: 1000))
  }

  /// Takes the place of a connection that is closed.
  func remove(_ place: Place) {
    metrics.recordConnectionClosed()
    let waiters = state.withLock { state in
      state.count -= 1
      let count = state.countOfPeer[place.peer, default: 1] - 1
      state.countOfPeer[place.peer] = count > 0 ? count : nil
      guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Marks the server as draining.
  ///
  /// - Returns: Whether it was not before.
  func startDraining() -> Bool {
    state.withLock { state in
      defer { state.isDraining = true }
      return !state.isDraining
    }
  }

  /// Waits until there is no connection.
  func waitUntilEmpty() async {
    await withCheckedContinuation { waiter in
      let isEmpty = state.withLock { state in
        if state.count > 0 { state.waiters.append(waiter) }
        return state.count == 0
      }
      if isEmpty { waiter.resume() }
    }
  }
}
