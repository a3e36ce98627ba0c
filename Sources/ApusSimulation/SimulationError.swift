/// A reason why a simulation could not be run or written.
public struct SimulationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: String, Sendable, Hashable {
    /// A size in the configuration is out of range.
    case invalidConfiguration
    /// The output folder holds something that a simulation did not write.
    case outputOccupied
    /// The file system refused an operation.
    case fileSystem
  }

  /// The kind of failure.
  public let code: Code

  /// What went wrong and what to do about it, in one line.
  public let message: String

  /// The message.
  public var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
