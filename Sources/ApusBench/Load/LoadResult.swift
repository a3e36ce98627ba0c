/// What a load did, and what came back.
public struct LoadResult: Sendable, Codable {
  /// How long requests were counted.
  public internal(set) var durationSeconds = 0.0
  /// The processes that sent.
  public internal(set) var processes: Int
  /// All requests sent, the warm-up's included.
  public internal(set) var sent = 0
  /// All right answers, the warm-up's included.
  public internal(set) var answered = 0
  /// The right answers that came in the time that counts.
  public internal(set) var answeredInTime = 0
  /// The errors that the server answered, by their codes.
  public internal(set) var errors: [UInt16: Int] = [:]
  /// The rows without a score, inside right answers.
  public internal(set) var failedRows = 0
  /// The replies that were not those of their requests, or not of the protocol.
  public internal(set) var mismatched = 0
  /// The requests without a reply.
  public internal(set) var lost = 0
  /// The requests of an open loop that found no free connection until the end.
  public internal(set) var unsent = 0
  /// From when a request was due to its right answer.
  public internal(set) var latency = LatencyRecorder()
  /// From when a request was sent to its right answer.
  public internal(set) var serviceTime = LatencyRecorder()
  /// From when a request was due to when it was sent.
  public internal(set) var sendLag = LatencyRecorder()
  /// What the generator itself took of its processors in the time that counts.
  public internal(set) var processorSeconds = 0.0

  /// Creates the result of no load.
  ///
  /// - Parameter processes: The processes that sent.
  init(processes: Int = 1) { self.processes = processes }

  /// Whether each request got its own reply, right or an error.
  public var isComplete: Bool { lost == 0 && mismatched == 0 && answered > 0 }

  /// The right answers of a second.
  public var answersPerSecond: Double {
    durationSeconds > 0 ? Double(answeredInTime) / durationSeconds : 0
  }

  /// The generator's processor time of one answer, in microseconds.
  public var processorMicrosecondsPerAnswer: Double {
    answeredInTime > 0 ? processorSeconds * 1e6 / Double(answeredInTime) : 0
  }

  /// Adds what another process did at the same time.
  public mutating func add(_ other: LoadResult) {
    durationSeconds = max(durationSeconds, other.durationSeconds)
    processes += other.processes
    sent += other.sent
    answered += other.answered
    answeredInTime += other.answeredInTime
    errors.merge(other.errors, uniquingKeysWith: +)
    failedRows += other.failedRows
    mismatched += other.mismatched
    lost += other.lost
    unsent += other.unsent
    latency.add(other.latency)
    serviceTime.add(other.serviceTime)
    sendLag.add(other.sendLag)
    processorSeconds += other.processorSeconds
  }
}
