internal import ApusSimulation
internal import ArgumentParser

/// `apus simulate`: data whose true probabilities are known.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the data of a simulated business.", subcommands: [Shop.self])

  /// `apus simulate shop`.
  struct Shop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the sessions, users, items, campaigns and events of a shop as CSV files.",
      discussion: """
        Example:
          apus simulate shop --users 2000 --days 60 --seed 1 --output shop

        The same numbers and seed give the same bytes. truth.csv holds what no model may see: the
        probability from which each purchase was drawn.
        """)

    @Option(help: "The number of users.")
    var users = 2000

    @Option(help: "The number of days.")
    var days = 60

    @Option(help: "The seed of every draw.")
    var seed: UInt64 = 1

    @Option(help: "The folder to write.")
    var output: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      let configuration = try ShopConfiguration(users: users, days: days, seed: seed)
      let summary = try ShopSimulation(configuration).write(to: output)
      if json {
        try Terminal.print(json: summary)
      } else {
        Terminal.print(
          "wrote \(summary.sessions) sessions with \(summary.purchases) purchases to \(output)")
      }
    }
  }
}
