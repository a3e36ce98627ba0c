/// The figures of a result, as they stand in JSON: times in microseconds.
public struct ResultFigures: Sendable, Encodable {
  /// A distribution of times.
  public struct Times: Sendable, Encodable {
    private enum CodingKeys: String, CodingKey {
      case p50, p90, p99, p999 = "p99.9", max, count
    }

    private let p50, p90, p99, p999, max: Double
    private let count: UInt64

    init(_ recorder: LatencyRecorder) {
      func microseconds(_ percent: Double) -> Double {
        Double(recorder.nanoseconds(atPercentile: percent)) / 1e3
      }
      (p50, p90) = (microseconds(50), microseconds(90))
      (p99, p999) = (microseconds(99), microseconds(99.9))
      max = Double(recorder.maximumNanoseconds) / 1e3
      count = recorder.count
    }
  }

  private let requestsPerSecond: Double
  private let latency, serviceTime, sendLag: Times
  private let sent, answered, failedRows, lost, mismatched, unsent, processes: Int
  private let errors: [String: Int]
  private let generatorMicrosecondsPerRequest: Double

  /// Takes the figures of a result.
  public init(_ result: LoadResult) {
    requestsPerSecond = result.answersPerSecond
    latency = Times(result.latency)
    serviceTime = Times(result.serviceTime)
    sendLag = Times(result.sendLag)
    (sent, answered, failedRows) = (result.sent, result.answered, result.failedRows)
    (lost, mismatched, unsent) = (result.lost, result.mismatched, result.unsent)
    processes = result.processes
    errors = Dictionary(uniqueKeysWithValues: result.errors.map { ("\($0)", $1) })
    generatorMicrosecondsPerRequest = result.processorMicrosecondsPerAnswer
  }
}
