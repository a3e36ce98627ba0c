/// A frame that cannot be accepted, and what becomes of its connection.
public struct FrameFailure: Error, Equatable, Sendable {
  /// What a receiver does after a failure.
  public enum Consequence: Equatable, Sendable {
    /// Answers the one request and lives on: the next frame starts where the header said.
    case answer(correlationID: UInt64)
    /// Sends the error with correlation id 0, then closes.
    case close
    /// Closes without a word: the peer does not speak this protocol.
    case closeSilently
  }

  /// What was wrong with the frame.
  public let error: WireError

  /// What the receiver does.
  public let consequence: Consequence

  /// Creates a failure.
  ///
  /// - Parameters:
  ///   - error: What was wrong with the frame.
  ///   - consequence: What the receiver does.
  public init(_ error: WireError, _ consequence: Consequence) {
    self.error = error
    self.consequence = consequence
  }

  /// Whether the connection survives.
  public var connectionSurvives: Bool {
    if case .answer = consequence { true } else { false }
  }
}
