import Foundation

/// The executable under test.
enum Apus {
  /// What a run left behind.
  struct Outcome: Sendable {
    /// The exit code; 256 plus the number of the signal that ended the run.
    let exitCode: Int32
    /// What was written to standard output.
    let output: String
    /// What was written to standard error.
    let errors: String

    /// The lines of standard error that say something.
    var errorLines: [Substring] {
      errors.split(separator: "\n").filter { line in !line.allSatisfy(\.isWhitespace) }
    }

    /// The one JSON object on standard output.
    ///
    /// - Throws: An error of `JSONSerialization` where there is anything else.
    func object() throws -> [String: Any] {
      let json = try JSONSerialization.jsonObject(with: Data(output.utf8))
      guard let object = json as? [String: Any] else { throw Unusable("\(json) is no object") }
      return object
    }
  }

  /// Something that a test cannot go on with.
  struct Unusable: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }

  /// `APUS_EXECUTABLE`, else the one that was built together with these tests.
  static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["APUS_EXECUTABLE"] {
      return URL(filePath: path)
    }
    let beside = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "apus")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: ".build/release/apus")
  }()

  /// Runs the executable to its end.
  ///
  /// - Parameters:
  ///   - arguments: The subcommand and what follows it.
  ///   - environment: What is added to the environment.
  ///   - memoryLimitMiB: The memory that it may have; nil for as much as there is.
  ///   - workspace: Where its output is kept meanwhile.
  /// - Returns: What it left behind.
  /// - Throws: An error of the file system.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], memoryLimitMiB: Int? = nil,
    in workspace: Workspace
  ) async throws -> Outcome {
    let child = try Child(
      arguments, environment: environment, memoryLimitMiB: memoryLimitMiB, in: workspace)
    let exitCode = await child.exitCode()
    return Outcome(
      exitCode: exitCode, output: try workspace.text(child.output.lastPathComponent),
      errors: try workspace.text(child.errors.lastPathComponent))
  }
}
