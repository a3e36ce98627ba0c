import Foundation
import Synchronization

/// One run of the executable, its output going to files so that no pipe can fill up.
final class Child: Sendable {
  /// Standard output.
  let output: URL
  /// Standard error.
  let errors: URL

  /// The process.
  let identifier: pid_t
  private let ended: AsyncStream<Int32>

  /// Starts a run with this process's environment and what `environment` adds to it.
  ///
  /// - Parameters:
  ///   - arguments: The subcommand and what follows it.
  ///   - environment: What is added to the environment.
  ///   - descriptorLimit: The descriptors that it may have; `nil` leaves it those of this process.
  ///   - memoryLimitMiB: The memory that it may have, that of mapped files not counted; likewise.
  ///   - workspace: Where its output is kept.
  /// - Throws: An error of the file system.
  init(
    _ arguments: [String], environment: [String: String] = [:], descriptorLimit: Int? = nil,
    memoryLimitMiB: Int? = nil, in workspace: Workspace
  ) throws {
    let name = workspace.nextRunName()
    output = workspace.folder.appending(path: "\(name).out")
    errors = workspace.folder.appending(path: "\(name).err")
    for file in [output, errors] { try Data().write(to: file) }
    let process = Process()
    let limits = [
      descriptorLimit.map { "ulimit -n \($0) && " },
      memoryLimitMiB.map { "ulimit -d \($0 << 10) && " },
    ].compactMap(\.self)
    if !limits.isEmpty {
      process.executableURL = URL(filePath: "/bin/sh")
      let script = limits.joined() + "exec \"$0\" \"$@\""
      process.arguments = ["-c", script, Apus.executable.path] + arguments
    } else {
      process.executableURL = Apus.executable
      process.arguments = arguments
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = { process in
      let base: Int32 = process.terminationReason == .exit ? 0 : 256
      continuation.yield(base + process.terminationStatus)
      continuation.finish()
    }
    self.ended = ended
    try process.run()
    identifier = process.processIdentifier
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(identifier, number) }

  /// Waits for the end; a test that is cancelled meanwhile ends the run.
  func exitCode() async -> Int32 {
    await withTaskCancellationHandler {
      var last: Int32 = -1
      for await code in ended { last = code }
      return last
    } onCancel: {
      kill(identifier, SIGKILL)
    }
  }
}
