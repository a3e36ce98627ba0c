internal import ApusModel
internal import ApusReport
internal import Foundation

/// What lies beside a sealed model: its report as JSON and as a page, and its scalars.
///
/// ```
/// models/visits/1/report.json                   the numbers
///                 report.html                   the page
///                 events.out.tfevents.*.apus    for `tensorboard --logdir models`
/// ```
enum RunFiles {
  /// Writes a report beside its model.
  ///
  /// - Parameters:
  ///   - report: the report.
  ///   - folder: the folder of the model's version.
  /// - Returns: the path of the page.
  /// - Throws: `Failure` naming the file that cannot be written.
  static func write(_ report: RunReport, in folder: String) throws -> String {
    let page = "\(folder)/\(RunReport.pageFile)"
    try OutputFile.write(try report.encoded(), to: "\(folder)/\(RunReport.dataFile)")
    try OutputFile.write(Data(try report.html().utf8), to: page)
    return page
  }

  /// Writes a run's scalars beside its model.
  ///
  /// - Throws: `Failure` naming the file that cannot be written.
  static func writeEvents(of report: RunReport, in folder: String) throws {
    guard let course = report.course else { return }
    let start = (Date.now.timeIntervalSince1970 - course.seconds).rounded(.down)
    let events = EventFile(course, metrics: report.metrics, time: start)
    try OutputFile.write(Data(events.bytes), to: "\(folder)/events.out.tfevents.\(Int(start)).apus")
  }

  /// Reads the report of a model's version.
  ///
  /// - Throws: `Failure` saying how to make one.
  static func report(in folder: String) throws -> RunReport {
    let path = "\(folder)/\(RunReport.dataFile)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure.unreadable(
        path, "there is no report here; make one with apus report \(folder) --data FILE")
    }
    do {
      return try RunReport(decoding: data)
    } catch {
      throw Failure.unreadable(path, "it is no report of this version: \(error.reason)")
    }
  }
}
