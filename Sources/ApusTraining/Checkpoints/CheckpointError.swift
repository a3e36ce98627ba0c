/// Why a run could not be kept, or not be gone on with.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is, stable across versions.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The checkpoint cannot be written.
    case unwritable
    /// None of the checkpoints can be read.
    case damaged
    /// The checkpoints are of a run that was told something else.
    case otherRun
    /// The folder holds a run that nobody asked to go on with.
    case occupied
  }

  /// What kind of fault it is.
  public let code: Code
  /// What is wrong and what to do.
  public let message: String
  /// The file or folder at fault.
  public let path: String
  /// What the system said, where it said something.
  public let cause: String?

  /// Creates an error.
  public init(_ code: Code, _ message: String, path: String, cause: String? = nil) {
    self.code = code
    self.message = message
    self.path = path
    self.cause = cause
  }

  /// The path, the message and the cause on one line.
  public var description: String {
    "\(path): \(message)" + (cause.map { " (\($0))" } ?? "")
  }
}

/// A run that was interrupted and is kept.
public struct SuspendedError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The steps that are done.
  public let step: Int
  /// The folder of its checkpoints.
  public let folder: String

  /// The place, and how to go on.
  public var description: String {
    "interrupted after step \(step), which is kept in \(folder); the same command with --resume"
      + " goes on as if it had not been"
  }
}
