import ApusData

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads the CSV named by the first argument and prints one JSON line: what it cost.
///
/// With a label, columns are also fitted and turned into the features of all rows: everything that
/// must be done before the first step of training.
@main
struct BenchmarkCSV {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else {
      print("usage: apus-bench-csv FILE.csv [THREADS [LABEL]]")
      return
    }
    var options = CSVOptions()
    if arguments.count > 2, let threads = Int(arguments[2]) { options.threadLimit = threads }
    let clock = ContinuousClock()
    let start = clock.now
    let table = try Table(csv: arguments[1], options: options)
    let readSeconds = (clock.now - start) / .seconds(1)
    let width = arguments.count > 3 ? try featureWidth(of: table, label: arguments[3]) : 0
    let seconds = (clock.now - start) / .seconds(1)
    print(
      "{\"seconds\":\(seconds),\"readSeconds\":\(readSeconds),\"rows\":\(table.rowCount),"
        + "\"columns\":\(table.columns.count),\"features\":\(width),"
        + "\"peakBytes\":\(try peakBytes())}"
    )
  }

  /// Makes the features of all rows, and returns how many a row has.
  private static func featureWidth(of table: Table, label name: String) throws -> Int {
    let label = try Label(fitting: table, named: name)
    let targets = try label.values(in: table)
    let transform = try FeatureTransform(
      fitting: table, rows: Array(0..<table.rowCount), label: label)
    let features = try FeatureEncoder(transform).features(of: table).matrix()
    precondition(
      features.count == targets.count * transform.width,
      "\(features.count) features for \(targets.count) rows of \(transform.width)")
    return transform.width
  }

  /// The largest resident size that this process has had.
  private static func peakBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
    return kilobytes * 1024
  }
}
