/// What may be asked for on a connection, by where it came in.
package enum ListenerRole: Sendable {
  /// Scores and all that goes with them.
  case serving
  /// The same, and what changes the server.
  case administration
}

/// A listening socket in the hands of a loop.
final class Listener {
  var socket: ListeningSocket
  let role: ListenerRole

  init(_ socket: consuming ListeningSocket, role: ListenerRole) {
    self.socket = socket
    self.role = role
  }
}
