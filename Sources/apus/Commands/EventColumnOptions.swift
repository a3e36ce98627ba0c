internal import ApusData
internal import ArgumentParser

/// The options that name the columns of a log.
struct EventColumnOptions: ParsableArguments {
  @Option(help: "The column that says who.")
  var user = "user"

  @Option(help: "The column that says when: timestamps, or seconds since 1970.")
  var timestamp = "timestamp"

  @Option(help: "The column of items, or none.")
  var item = "item"

  @Option(help: "The column of kinds of events, or none.")
  var event = "event"

  @Option(help: "The column of what an event is worth. [default: none]")
  var value: String?

  /// The columns as a log takes them.
  var columns: EventLog.Columns {
    var columns = EventLog.Columns()
    columns.user = user
    columns.time = timestamp
    columns.item = item == "none" ? nil : item
    columns.event = event == "none" ? nil : event
    columns.value = value
    return columns
  }
}
