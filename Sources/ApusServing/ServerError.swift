/// Why a server could not start.
public struct ServerError: Error, Sendable, CustomStringConvertible {
  /// What failed.
  public enum Code: Sendable {
    /// The address is in use, not of this machine, or not allowed.
    case cannotListen
    /// The system gives no more threads or descriptors.
    case noThreads
  }

  /// What failed.
  public let code: Code

  /// One sentence with the address and what to do.
  public let message: String

  /// The error of the operating system.
  public let cause: (any Error)?

  /// The message and the cause.
  public var description: String {
    if let cause { "\(message): \(cause)" } else { message }
  }

  static func cannotListen(_ address: String, cause: any Error) -> ServerError {
    ServerError(
      code: .cannotListen,
      message: "cannot listen on \(address); choose another address, or port 0 for a free one",
      cause: cause)
  }
}
