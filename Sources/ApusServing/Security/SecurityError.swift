/// Why a server cannot be started safely.
public struct SecurityError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable {
    /// A file cannot be read.
    case unreadable
    /// A file does not hold what it should.
    case malformed
    /// A certificate is not valid today.
    case expired
    /// The server would listen to other machines without asking who they are.
    case open
  }

  /// What is wrong.
  public let code: Code

  /// One sentence that says what was expected, what was found, and what to do.
  public let message: String

  /// The error below, if there is one.
  public let cause: (any Error)?

  init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message and the cause.
  public var description: String {
    if let cause { "\(message): \(cause)" } else { message }
  }
}
