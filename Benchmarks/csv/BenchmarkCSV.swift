import ApusData

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads the CSV named by the first argument and prints one JSON line: what it cost.
@main
struct BenchmarkCSV {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else {
      print("usage: apus-bench-csv FILE.csv [THREADS]")
      return
    }
    var options = CSVOptions()
    if arguments.count > 2, let threads = Int(arguments[2]) { options.threadLimit = threads }
    let clock = ContinuousClock()
    let start = clock.now
    let table = try Table(csv: arguments[1], options: options)
    let seconds = (clock.now - start) / .seconds(1)
    print(
      "{\"seconds\":\(seconds),\"rows\":\(table.rowCount),\"columns\":\(table.columns.count),"
        + "\"peakBytes\":\(try peakBytes())}"
    )
  }

  /// The largest resident size that this process has had.
  private static func peakBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
    return kilobytes * 1024
  }
}
