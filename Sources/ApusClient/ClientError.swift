public import ApusWire

/// Why a request has no answer.
public struct ClientError: Error, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Code: Sendable, Equatable {
    /// No connection could be made.
    case connectFailed
    /// The connection was lost before the reply came.
    case connectionLost
    /// The reply did not come in time.
    case timeout
    /// The task was cancelled.
    case cancelled
    /// The server answered with an error; see ``ClientError/wireError``.
    case refused
    /// The server broke the protocol.
    case protocolViolation
    /// The request exceeds what the server grants to one request.
    case tooLarge
    /// The server does not have what the request needs.
    case unsupported
    /// A file or a value of the configuration is unusable.
    case badConfiguration
    /// The client was closed.
    case closed
  }

  /// What went wrong.
  public let code: Code

  /// One sentence that says what happened and what to do.
  public let message: String

  /// The error that the server sent, or that the decoder found.
  public let wireError: WireError?

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: One sentence that says what happened and what to do.
  ///   - wireError: The error that the server sent, or that the decoder found.
  public init(code: Code, message: String, wireError: WireError? = nil) {
    self.code = code
    self.message = message
    self.wireError = wireError
  }

  /// Whether the same request may succeed later.
  public var isRetryable: Bool {
    switch code {
    case .connectFailed, .connectionLost, .timeout: true
    case .cancelled, .protocolViolation, .tooLarge, .unsupported, .badConfiguration, .closed:
      false
    case .refused: wireError?.isRetryable ?? false
    }
  }

  /// The message.
  public var description: String { message }
}

extension ClientError {
  static let timeout = ClientError(
    code: .timeout,
    message: "the reply did not come in time; raise the timeout or ask for less"
  )

  static let cancelled = ClientError(code: .cancelled, message: "the task was cancelled")

  static let closed = ClientError(code: .closed, message: "the client is closed")

  static let connectionLost = ClientError(
    code: .connectionLost,
    message: "the connection was lost before the reply came; try again"
  )

  static func refused(_ error: WireError) -> ClientError {
    ClientError(
      code: .refused,
      message: "the server answered: \(error)",
      wireError: error
    )
  }

  static func protocolViolation(_ error: WireError) -> ClientError {
    ClientError(
      code: .protocolViolation,
      message: "the server broke the protocol: \(error)",
      wireError: error
    )
  }
}
