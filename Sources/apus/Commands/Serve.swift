internal import ArgumentParser
internal import Logging

/// `apus serve`: every model of a folder, over the binary protocol.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the newest version of every model in a folder.",
    discussion: """
      Examples:
        apus serve --models models --listen 127.0.0.1:7411 --http 7412
        apus serve --config serve.yaml --check

      Prints one JSON line when it is ready, and its log as JSON lines to standard
      error. SIGTERM and Ctrl-C finish what is in flight and end the server; a
      second signal ends it at once.
      """)

  @Option(
    help: """
      A YAML file of these options, one `name: value` a line; the command line has the last word.
      """)
  var config: String?

  @Flag(help: "Check the options, the files that they name and the models, and end.")
  var check = false

  @OptionGroup var options: ServeOptions

  func run() async throws {
    LoggingSystem.bootstrap { [level = options.logLevel] label in
      JSONLogHandler(label: label, level: level)
    }
    let run = try await ServeRun(options)
    guard check else { return try await run.serve() }
    try Terminal.print(json: ReadyReport(models: run.models))
  }
}
