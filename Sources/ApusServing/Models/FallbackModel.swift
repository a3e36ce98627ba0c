public import ApusWire
public import Logging
internal import Synchronization

/// A model on a device that may fail, with the same model on the processor behind it.
///
/// ```
///             fails in a batch, or cannot be made ready
/// healthy ───────────────────────────────────────────────> degraded: the standby answers
///    ^                                                        │
///    └──── golden rows right, as it is or made anew <─────────┘ tried with growing delays
/// ```
/// The batch in which the device fails is answered too. The delays double up to a limit; the
/// attempts run on a thread of their own, and only while the model is degraded.
public final class FallbackModel: ServedModel {
  /// Makes the model ready on the device.
  public typealias Make = @Sendable () throws -> any ServedModel

  /// How long to wait before the device is tried again.
  public struct Delays: Sendable {
    /// The first delay.
    public var first = Duration.seconds(1)
    /// The longest delay.
    public var limit = Duration.seconds(60)

    /// Creates delays of 1 to 60 seconds.
    public init() {}
  }

  private struct State {
    var primary: (any ServedModel)?
    var isProbed = false
  }

  /// The description that clients see, with the device that was asked for if it could be had.
  public let info: ModelInfo

  /// The count of weights.
  public var multiplyAddsPerRow: Int { standby.multiplyAddsPerRow }

  /// Whether the thread that calls does the work itself: so it is while the model is degraded.
  public var isOnCPU: Bool { isDegraded }

  /// Whether the standby answers.
  public var isDegraded: Bool { degraded.load(ordering: .relaxed) }

  private let standby: any ServedModel
  private let make: Make
  private let delays: Delays
  private let log: Logger
  private let degraded = Atomic(false)
  private let state = Mutex(State())

  /// Serves by a model on the device, with the processor behind it.
  ///
  /// - Parameters:
  ///   - standby: The model on the processor.
  ///   - primary: The model on the device; nil where it could not be made ready, which is tried
  ///     again.
  ///   - delays: How long to wait before the device is tried again.
  ///   - log: Where failures and recoveries are written.
  ///   - make: Makes the model ready on the device anew.
  public init(
    standby: any ServedModel, primary: (any ServedModel)?, delays: Delays = Delays(),
    log: Logger = Logger(label: "apus.models"), make: @escaping Make
  ) {
    self.standby = standby
    self.delays = delays
    self.log = log
    self.make = make
    info = primary?.info ?? standby.info
    state.withLock { $0.primary = primary }
    if primary == nil { fail(because: "the model could not be made ready there") }
  }

  /// Turns raw values into features, which is the processor's work in either case.
  public func transform(
    _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
  ) throws(ScoringError) {
    try standby.transform(columns, rowCount: rowCount, into: &rows)
  }

  /// Whether numbers are only scaled, which is the processor's work in either case.
  public var takesNumbers: Bool { standby.takesNumbers }

  /// Turns numbers into features, which is the processor's work in either case.
  public func transform(
    numbers: Span<Double>, rowCount: Int, into rows: inout MutableSpan<Float>
  ) {
    standby.transform(numbers: numbers, rowCount: rowCount, into: &rows)
  }

  /// Scores rows of finished features on the device, or by the standby.
  public func score(
    floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    if let primary = working {
      do throws(ScoringError) {
        return try primary.score(floatRows: floatRows, rowCount: rowCount, into: &scores)
      } catch {
        try recover(from: error, clearing: &scores)
      }
    }
    try standby.score(floatRows: floatRows, rowCount: rowCount, into: &scores)
  }

  /// Computes embeddings on the device, or by the standby.
  public func extract(
    floatRows: Span<Float>, rowCount: Int, into embeddings: inout MutableSpan<Float>
  ) throws(ScoringError) {
    if let primary = working {
      do throws(ScoringError) {
        return try primary.extract(floatRows: floatRows, rowCount: rowCount, into: &embeddings)
      } catch {
        try recover(from: error, clearing: &embeddings)
      }
    }
    try standby.extract(floatRows: floatRows, rowCount: rowCount, into: &embeddings)
  }

  /// Runs the golden rows of whichever answers now.
  public func verify() throws(ScoringError) {
    try (working ?? standby).verify()
  }

  /// The model on the device, unless it is known to fail.
  private var working: (any ServedModel)? { isDegraded ? nil : state.withLock { $0.primary } }

  /// Goes over to the standby where the device failed, and throws what is the request's own fault.
  private func recover(
    from error: ScoringError, clearing output: inout MutableSpan<Float>
  ) throws(ScoringError) {
    guard error == .device || error == .internal else { throw error }
    fail(because: error.wireError.text)
    for index in output.indices { output[index] = 0 }
  }

  private func fail(because reason: String) {
    degraded.store(true, ordering: .relaxed)
    let isFirst = state.withLock { state in
      defer { state.isProbed = true }
      return !state.isProbed
    }
    guard isFirst else { return }
    log.warning(
      "a device failed; the processor takes over",
      metadata: ["model": "\(info.name) \(info.version)", "reason": "\(reason)"])
    let delays = delays
    Task.detached { [weak self] in
      let thread = BackgroundThread("apus-probe")
      var delay = delays.first
      while true {
        try? await Task.sleep(for: delay)
        guard let probe = self?.probe() else { return }
        if (try? await thread.run(probe)) == true { return }
        delay = min(delay * 2, delays.limit)
      }
    }
  }

  /// One attempt to have the device again, which returns whether it worked.
  private func probe() -> @Sendable () -> Bool {
    { [self] in
      let primary = state.withLock { $0.primary }
      do {
        if let primary, (try? primary.verify()) != nil {
          recovered(primary)
        } else {
          // What a lost device held is lost with it.
          state.withLock { $0.primary = nil }
          let fresh = try make()
          try fresh.verify()
          recovered(fresh)
        }
        return true
      } catch {
        return false
      }
    }
  }

  private func recovered(_ primary: any ServedModel) {
    state.withLock { state in
      state.primary = primary
      state.isProbed = false
    }
    degraded.store(false, ordering: .relaxed)
    log.notice(
      "a device works again", metadata: ["model": "\(info.name) \(info.version)"])
  }
}
