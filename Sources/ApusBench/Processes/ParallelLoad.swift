internal import FoundationEssentials
internal import Glibc

/// One load from several processes at the same time, for servers that one core cannot keep busy.
///
/// ```
/// this process        each helper
///   job        ------>  connects
///              <------  ready
///   start      ------>  runs
///              <------  result
/// ```
public enum ParallelLoad {
  private static let ready = "ready"
  private static let start = "start"

  /// Has helpers run their jobs at once.
  ///
  /// - Parameters:
  ///   - jobs: A job for each process.
  ///   - command: The arguments by which this executable becomes a helper that calls ``serve(_:)``.
  /// - Returns: What came back to all.
  /// - Throws: ``BenchError`` if a process fails.
  public static func run(
    _ jobs: [some Encodable], command: [String]
  ) throws(BenchError) -> LoadResult {
    var helpers: [HelperProcess] = []
    for job in jobs {
      let helper = try HelperProcess(command)
      try helper.send(try text(of: job))
      helpers.append(helper)
    }
    for helper in helpers {
      let line = try helper.line()
      guard line == ready else { throw BenchError(.unreachable, line) }
    }
    for helper in helpers { try helper.send(start) }
    var result = LoadResult(processes: 0)
    for helper in helpers { result.add(try value(LoadResult.self, of: try helper.line())) }
    return result
  }

  /// Takes a job from the standard input, runs it and prints its result.
  ///
  /// - Parameter work: Runs a job; it calls the function that it is given once it is connected.
  /// - Throws: ``BenchError``, or what `work` throws.
  public static func serve<Job: Decodable>(
    _ work: (Job, _ whenReady: () throws(BenchError) -> Void) throws -> LoadResult
  ) throws {
    let job = try value(Job.self, of: readLine() ?? "")
    do {
      let result = try work(job) { () throws(BenchError) in
        try write(ready)
        guard readLine() == start else {
          throw BenchError(.system, "the process that measures has gone")
        }
      }
      try write(try text(of: result))
    } catch let error as BenchError {
      // The words reach the user through the process that measures.
      try write(error.message)
      throw error
    }
  }

  private static func write(_ line: String) throws(BenchError) {
    let bytes = Array("\(line)\n".utf8)
    guard unsafe Glibc.write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else {
      throw .system("write")
    }
  }

  private static func text(of value: some Encodable) throws(BenchError) -> String {
    do {
      return String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    } catch {
      throw BenchError(.system, "a job cannot be written: \(error)")
    }
  }

  private static func value<Value: Decodable>(
    _: Value.Type, of line: String
  ) throws(BenchError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(line.utf8))
    } catch {
      throw BenchError(.system, "another process of this measurement said: \(line.prefix(200))")
    }
  }
}
