/// Something that can say how a server is doing.
public protocol StatusSource: Sendable {
  /// Returns how the server is doing now.
  ///
  /// It is asked about once a second for each reader, and answers without waiting.
  func status() -> ServerStatus

  /// Returns an inference for each device that scores now.
  func canaries() -> [Canary]
}
