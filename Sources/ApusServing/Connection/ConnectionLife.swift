import Synchronization

/// Tells scoring threads whether a connection is still there.
final class ConnectionLife: Sendable {
  private let isEnded = Atomic<Bool>(false)

  /// Whether the connection is gone.
  var isOver: Bool { isEnded.load(ordering: .relaxed) }

  /// The connection is gone.
  func end() { isEnded.store(true, ordering: .relaxed) }
}
