public import ApusWire
import Synchronization

/// What is counted of one version of one model while it serves.
///
/// Any thread may record at any time; nothing blocks and nothing is allocated. Every request ends
/// in one ``recordAnswer(rows:queueNanoseconds:totalNanoseconds:)``, one ``recordRefusal(_:)`` or
/// one ``recordDeadlineMiss(stage:)``.
public final class VersionMetrics: Sendable {
  private let rows = Atomic<UInt64>(0)
  private let fallbacks = Atomic<UInt64>(0)
  private let shadowRows = Atomic<UInt64>(0)
  private let shadowMismatches = Atomic<UInt64>(0)
  private let deadlineMisses: [3 of Atomic<UInt64>] = InlineArray { _ in Atomic(0) }
  private let refusals = RefusalCounters()
  private let latency = LatencyHistogram()
  private let queue = LatencyHistogram()
  private let compute = LatencyHistogram()
  private let batches = SizeHistogram()

  /// Creates the metrics of a version that has not served yet.
  public init() {}

  /// Counts a batch that was computed.
  ///
  /// - Parameters:
  ///   - rows: Its rows, of all its requests.
  ///   - computeNanoseconds: How long the device took.
  public func recordBatch(rows: Int, computeNanoseconds: Int64) {
    batches.record(rows: rows)
    compute.record(nanoseconds: computeNanoseconds)
  }

  /// Counts a request that was answered with scores.
  ///
  /// - Parameters:
  ///   - rows: Its rows.
  ///   - queueNanoseconds: How long it waited for its turn.
  ///   - totalNanoseconds: How long it took from its last byte to the first one of its reply.
  public func recordAnswer(rows: Int, queueNanoseconds: Int64, totalNanoseconds: Int64) {
    self.rows.add(UInt64(max(rows, 0)), ordering: .relaxed)
    queue.record(nanoseconds: queueNanoseconds)
    latency.record(nanoseconds: totalNanoseconds)
  }

  /// Counts a request that was answered with an error, other than of its budget.
  ///
  /// - Parameter code: The code of the error.
  public func recordRefusal(_ code: WireError.Code) {
    refusals.record(code)
  }

  /// Counts a request that was refused because of its budget.
  ///
  /// It is a refusal with the code ``WireError/Code/deadline`` too, and is to be recorded once.
  ///
  /// - Parameter stage: Where the request was.
  public func recordDeadlineMiss(stage: WireError.DeadlineStage) {
    deadlineMisses[Int(stage.rawValue) - 1].add(1, ordering: .relaxed)
    refusals.record(.deadline)
  }

  /// Counts a batch that another device had to compute, because the version's own failed.
  public func recordFallback() {
    fallbacks.add(1, ordering: .relaxed)
  }

  /// Counts rows that the version scored beside the serving one, without anybody seeing it.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - mismatches: Those whose scores were too far from the serving version's.
  public func recordShadow(rows: Int, mismatches: Int) {
    shadowRows.add(UInt64(max(rows, 0)), ordering: .relaxed)
    shadowMismatches.add(UInt64(max(mismatches, 0)), ordering: .relaxed)
  }

  /// Returns what has been counted up to now.
  public func snapshot() -> Snapshot {
    var misses: [String: UInt64] = [:]
    for stage in WireError.DeadlineStage.allCases {
      misses[stage.name] = deadlineMisses[Int(stage.rawValue) - 1].load(ordering: .relaxed)
    }
    return Snapshot(
      rows: rows.load(ordering: .relaxed),
      fallbacks: fallbacks.load(ordering: .relaxed),
      shadowRows: shadowRows.load(ordering: .relaxed),
      shadowMismatches: shadowMismatches.load(ordering: .relaxed),
      deadlineMisses: misses, refusals: refusals.snapshot(), latency: latency.snapshot(),
      queue: queue.snapshot(), compute: compute.snapshot(), batches: batches.snapshot())
  }
}

extension VersionMetrics {
  /// What had been counted of a version at one moment.
  public struct Snapshot: Sendable, Encodable {
    /// The rows of the answered requests.
    public let rows: UInt64
    /// The batches that another device had to compute.
    public let fallbacks: UInt64
    /// The rows scored in the shadow of the serving version.
    public let shadowRows: UInt64
    /// Those of them whose scores were too far from the serving version's.
    public let shadowMismatches: UInt64
    /// The requests whose budget did not suffice, by the name of the stage.
    public let deadlineMisses: [String: UInt64]
    /// The requests answered with an error, by the label of its code.
    public let refusals: [String: UInt64]
    /// The answered requests, by the time from their last byte to the first one of the reply.
    public let latency: LatencySnapshot
    /// The answered requests, by the time that they waited.
    public let queue: LatencySnapshot
    /// The batches, by the time that the device took.
    public let compute: LatencySnapshot
    /// The batches, by their rows.
    public let batches: SizeHistogram.Snapshot

    /// The requests that were answered with scores.
    public var answers: UInt64 { latency.count }
  }
}
