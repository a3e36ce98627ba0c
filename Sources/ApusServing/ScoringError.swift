public import ApusWire

/// Why a model could not score a request.
public struct ScoringError: Error, Equatable, Sendable {
  /// What the client is told.
  public let wireError: WireError

  /// A value is unusable.
  ///
  /// - Parameters:
  ///   - text: A short fixed sentence that says what is wrong, without anything of the inside.
  ///   - row: The row of the value, from 0.
  ///   - column: The column of the value, from 0.
  /// - Returns: The error.
  public static func badInput(_ text: String, row: Int, column: Int) -> ScoringError {
    ScoringError(wireError: .badInput(text, row: row, column: column))
  }

  /// The model is not ready to score.
  public static let notReady = ScoringError(
    wireError: WireError(
      code: .notReady,
      category: .server,
      isRetryable: true,
      retryAfterMilliseconds: 100,
      text: "the model is not ready"
    )
  )

  /// The computing device failed.
  public static let device = ScoringError(
    wireError: WireError(
      code: .device,
      category: .server,
      isRetryable: true,
      text: "the computing device failed"
    )
  )

  /// A fault of the model's implementation.
  public static let `internal` = ScoringError(wireError: .internal)
}
