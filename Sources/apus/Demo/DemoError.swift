/// Why the demo could not go on.
struct DemoError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  enum Code: Sendable {
    /// The data cannot be used.
    case data
    /// A file or a folder cannot be read or written.
    case fileSystem
    /// A step could not be started, or ended as it should not.
    case step
    /// A step wrote something else than was agreed.
    case report
    /// The scores are not what they should be.
    case scores
    /// A signal ended the demo.
    case interrupted
  }

  /// What kind of failure it is.
  let code: Code

  /// What went wrong and what to do about it, on one line.
  let message: String

  /// The message.
  var description: String { message }

  /// The exit code of `sysexits.h` that stands for it.
  var exitCode: Int32 {
    switch code {
    case .data: 65
    case .fileSystem: 73
    case .step, .report, .scores: 70
    case .interrupted: 75
    }
  }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
