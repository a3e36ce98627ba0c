import NIOCore
import Synchronization

/// The open connections of a server, and whether it drains.
final class ConnectionRegistry: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isDraining = false
  }

  private let state = Mutex(State())

  /// The count of open connections.
  var count: Int { state.withLock { $0.channels.count } }

  /// Adds an accepted connection, which leaves by itself when it closes.
  ///
  /// - Returns: How many connections there are now, and whether the server drains.
  func add(_ channel: any Channel) -> (count: Int, isDraining: Bool) {
    let id = ObjectIdentifier(channel)
    let result = state.withLock { state in
      state.channels[id] = channel
      return (state.channels.count, state.isDraining)
    }
    channel.closeFuture.whenComplete { _ in
      _ = self.state.withLock { $0.channels.removeValue(forKey: id) }
    }
    return result
  }

  /// Marks the server as draining and returns the connections to tell; `nil` if it was draining.
  func startDraining() -> [any Channel]? {
    state.withLock { state in
      guard !state.isDraining else { return nil }
      state.isDraining = true
      return Array(state.channels.values)
    }
  }

  /// The open connections.
  var channels: [any Channel] { state.withLock { Array($0.channels.values) } }
}

/// The event that tells a connection that its server shuts down.
struct DrainEvent: Sendable {}
