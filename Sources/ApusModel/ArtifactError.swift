/// Why an artifact could not be sealed or loaded.
public struct ArtifactError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is, stable across versions.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// There is no artifact at the path.
    case notFound
    /// A file of the artifact is missing.
    case missingFile
    /// A file differs from what was sealed.
    case damaged
    /// A file cannot be understood although its digest is right.
    case malformed
    /// A newer version of this software wrote it.
    case newerFormat
    /// The golden rows score differently on this device.
    case goldenMismatch
    /// A reduced precision would cost more than was allowed.
    case precisionLoss
    /// The files cannot be written.
    case unwritable
    /// The name is not one that a model may have.
    case invalidName
  }

  /// What kind of fault it is.
  public let code: Code
  /// What is wrong and what to do, in a sentence or two.
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
