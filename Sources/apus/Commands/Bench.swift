internal import ArgumentParser

/// `apus bench`: latency and rate of a running server.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the latency and the rate of a running server.",
    discussion: """
      Examples:
        apus bench --connect 127.0.0.1:7411 --model visits
        apus bench --model visits --connections 16 --poisson 8000
        apus bench --model visits --connections 4 --depth 16 --duration 30 --json
      """,
    subcommands: [BenchModel.self, BenchPeer.self, BenchEcho.self, BenchWorker.self],
    defaultSubcommand: BenchModel.self)
}
