internal import ApusData
internal import ArgumentParser
internal import Foundation

/// `apus prepare`: a log of events in, rows to learn from out.
struct Prepare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn a log of events into one row for each user and cut-off.",
    discussion: """
      A row holds what a user did before the cut-off: the sequence of items, days since the first \
      and the last event, counts in all and in windows by kind of event. Its label is what follows \
      within the horizon. Nothing from the cut-off on is in any feature.

      Examples:
        apus prepare --data events.csv --target purchase --horizon 7d --output rows.csv
        apus train --data rows.csv --label label --drop user --split time:cutoff \\
          --columns items=multi-hot,kinds=multi-hot --output models/buyers
        apus prepare --data events.csv --target next-item --negatives 4 --output pairs.csv
        apus prepare --data events.csv --target none --cutoffs 2026-03-01 --output today.csv
      """)

  @OptionGroup var reading: ReadingOptions

  @Option(help: "The CSV file to write.")
  var output: String

  @Option(help: "The kind of event to predict, next-item for the next item, or none for no label.")
  var target: String

  @Option(help: "With next-item: the kind of events whose item counts. [default: any]")
  var nextItemOf: String?

  @Option(
    help: "With next-item: the items that did not come, for each that did; 0: a label of many.")
  var negatives = 0

  @Option(help: "How long after a cut-off the target counts, as in 7d, 12h, 30m or 90s.")
  var horizon = Period(days: 7)

  @Option(help: "The cut-offs, separated by commas. [default: by --every, to the end of the log]")
  var cutoffs: CommaSeparated<Moment>?

  @Option(help: "The time from a cut-off to the next. [default: the horizon]")
  var every: Period?

  @Option(help: "The windows in which events are counted, separated by commas.")
  var windows = CommaSeparated([1, 7, 30].map(Period.init(days:)))

  @Option(help: "The greatest number of items in a sequence: the newest.")
  var length = 50

  @Option(help: "The seed of the negatives.")
  var seed: UInt64 = 42

  @OptionGroup var columns: EventColumnOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    let rows: Int
    let columns: [String]
    let cutoffs: Int
    let output: String
  }

  func validate() throws {
    guard negatives >= 0, length > 0 else {
      throw ValidationError("--negatives takes 0 or more, and --length a positive number")
    }
    guard target == "next-item" || (negatives == 0 && nextItemOf == nil) else {
      let option = negatives == 0 ? "--next-item-of" : "--negatives"
      throw ValidationError("\(option) needs --target next-item, not \(target)")
    }
  }

  func run() throws {
    let columns = columns.columns
    var options = reading.options
    options.kinds = columns.kinds
    let log = try EventLog(Table(csv: reading.data, options: options), columns: columns)
    let recipe = try recipe(for: log)
    let table = try log.table(recipe)
    try OutputFile.write(Data(table.csv.utf8), to: output)
    let report = Report(
      rows: table.rowCount, columns: table.columnNames,
      cutoffs: recipe.cutoffs.count, output: output)
    if json {
      try Terminal.print(json: report)
    } else {
      Terminal.print(
        "wrote \(report.rows) rows of \(report.columns.count) columns at \(report.cutoffs) cut-offs"
          + " to \(output)")
    }
  }

  /// More cut-offs than an hour's for ten years.
  private static let cutoffLimit = 100_000

  private func recipe(for log: EventLog) throws -> EventRecipe {
    let target: EventRecipe.Target =
      switch target {
      case "none": .none
      case "next-item": .nextItem(kind: nextItemOf, negatives: negatives)
      default: .event(kind: target)
      }
    let times =
      cutoffs?.elements.map(\.seconds)
      ?? log.cutoffs(every: (every ?? horizon).seconds, horizon: horizon.seconds)
    guard !times.isEmpty else {
      throw Failure.usage("the log is shorter than the horizon of \(horizon); give a shorter one")
    }
    guard times.count <= Self.cutoffLimit else {
      throw Failure.usage(
        "rows every \(every ?? horizon) are \(times.count) cut-offs in this log, each with a row"
          + " for every user; --every makes them fewer, at most \(Self.cutoffLimit)")
    }
    var recipe = EventRecipe(target: target, cutoffs: times, horizonSeconds: horizon.seconds)
    recipe.windowsDays = windows.elements.map { $0.seconds / EventRecipe.day }
    recipe.sequenceLength = length
    recipe.seed = seed
    return recipe
  }
}
