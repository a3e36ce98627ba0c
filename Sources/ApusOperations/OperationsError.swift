/// Why the HTTP port for operators could not be opened.
public struct OperationsError: Error, Sendable, CustomStringConvertible {
  /// What failed.
  public enum Code: Sendable {
    /// The address is in use, not of this machine, or not allowed.
    case cannotListen
  }

  /// What failed.
  public let code: Code

  /// One sentence with the address and what to do.
  public let message: String

  /// The error below.
  public let cause: any Error

  /// The message and the cause.
  public var description: String { "\(message): \(cause)" }
}
