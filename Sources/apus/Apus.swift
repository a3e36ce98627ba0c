internal import ArgumentParser

/// The command line: parses, runs one command, and turns every error into one line and an exit
/// code.
@main
struct Apus: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "apus",
    abstract: "Train, serve and act on models of user behaviour.",
    discussion: """
      Example:
        apus train --data visits.csv --label purchased --output models/visits
        apus serve --models models --listen 127.0.0.1:7411

      Exit codes: 0 done, 64 wrong usage, 65 bad data or artifact, 69 a device, address or server
      is not available, 70 an internal fault, 73 a file cannot be written, 75 a signal ended it
      (with --checkpoint-dir the run is kept, and --resume goes on).
      """,
    version: version,
    subcommands: [
      Prepare.self, Train.self, Tune.self, Evaluate.self, Score.self, Serve.self, AdminCommand.self,
      TokenCommand.self, Bench.self, Inspect.self, Report.self, Compare.self, Devices.self,
      Dump.self, Simulate.self, Demo.self, Version.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot(try ServeFile.expand(Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      guard let failure = Failure(error) else { exit(withError: error) }
      Terminal.report("apus: \(failure.message)")
      exit(withError: ExitCode(failure.exitCode))
    }
  }
}
