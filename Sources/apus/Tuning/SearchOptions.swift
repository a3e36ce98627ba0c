internal import ApusTraining
internal import ArgumentParser

/// The options that say how `apus tune` searches.
struct SearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What to choose from, in YAML. [default: the nets, their sizes and how they learn]",
      valueName: "file"))
  var space: String?

  @Option(
    help: ArgumentHelp(
      "The folder of the search: its journal, the runs in hand and tune.html.",
      valueName: "folder"))
  var searchDir: String

  @Flag(help: "Go on with the search in the folder; it ends as if it had never stopped.")
  var resume = false

  @Option(help: "The trials of the first bracket.")
  var trials = 27

  @Option(help: "The epochs of a bracket's first rung, at least; the last has --epochs.")
  var firstEpochs = 1

  @Option(help: "The share that goes on from rung to rung: one of so many, so many times as long.")
  var reduction = 3

  @Option(
    help: """
      The brackets: 1 is successive halving; more start with fewer trials and more epochs, as many \
      as there are rungs is Hyperband.
      """)
  var brackets = 1

  @Option(help: "The metric of the validation rows that decides, such as loss, auc or rmse.")
  var metric = "loss"

  func validate() throws {
    let least = [
      ("--trials", trials, 1), ("--first-epochs", firstEpochs, 1), ("--reduction", reduction, 2),
      ("--brackets", brackets, 1),
    ]
    for (name, value, least) in least where value < least {
      throw ValidationError("\(name) takes \(least) or more, not \(value)")
    }
    let names = ["loss"] + MetricsReport.order
    guard names.contains(metric) else {
      throw ValidationError(
        "there is no metric \(metric); did you mean \(metric.nearest(to: names))?")
    }
  }

  /// How many trials run for how long.
  func schedule(epochs: Int) -> HalvingSchedule {
    HalvingSchedule(
      trials: trials, epochs: epochs, firstEpochs: firstEpochs, reduction: reduction,
      brackets: brackets)
  }
}
