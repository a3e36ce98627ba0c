/// Something that can say how a server is doing.
public protocol StatusSource: Sendable {
  /// Returns how the server is doing now.
  ///
  /// It is asked about once a second for each reader, and answers without waiting.
  func status() -> ServerStatus

  /// Returns an inference for each device that scores now.
  func canaries() -> [Canary]

  /// Asks each event loop for a sign of life.
  ///
  /// - Parameter limit: How long a loop has for its turn.
  /// - Returns: The names of the loops that did not turn in that time.
  func stalledLoops(within limit: Duration) async -> [String]
}
