internal import ApusTraining
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// Shows a run on standard error, and ends it at Ctrl-C.
///
/// On a terminal one line is drawn over and over; elsewhere each epoch is a line.
final class TrainingProgress: TrainingObserver {
  private let isQuiet: Bool
  private let events: RunningEvents?
  private var isInFolds = false
  private let interrupt = InterruptFlag()
  private let clock = ContinuousClock()
  private var lastDrawing: ContinuousClock.Instant?
  private var lastRecord: EpochRecord?

  /// Watches a run.
  ///
  /// - Parameters:
  ///   - isQuiet: whether epochs are shown on a terminal alone, where a run is one of many.
  ///   - events: where the epochs of the run are kept for TensorBoard.
  init(isQuiet: Bool = false, events: RunningEvents? = nil) {
    self.isQuiet = isQuiet
    self.events = events
  }

  var isInterrupted: Bool { interrupt.isRaised }

  /// Announces the run.
  func begin(_ headline: String) { Terminal.report(headline) }

  func didBegin(fold: Int, of count: Int) {
    isInFolds = true
    beginPart("fold \(fold) of \(count)")
  }

  func didFinishFolds() {
    isInFolds = false
    beginPart("the run that is sealed")
  }

  func didResume(step: Int, epoch: Int) {
    guard !isQuiet else { return }
    Terminal.report("going on after step \(step), in epoch \(epoch)")
  }

  func didWarn(_ message: String) { Terminal.report("warning: \(message)") }

  func didStep(epoch: Int, rows: Int, of total: Int) {
    guard Terminal.isInteractive else { return }
    let now = clock.now
    if let lastDrawing, now - lastDrawing < .milliseconds(100), rows < total { return }
    lastDrawing = now
    let width = 24
    let done = width * rows / total
    let bar =
      String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
    Terminal.write("\r\u{1B}[Kepoch \(epoch) \(bar) \(summary)")
  }

  func didFinish(_ epoch: EpochRecord) {
    lastRecord = epoch
    if !isInFolds { events?.append(epoch) }
    if !Terminal.isInteractive, !isQuiet {
      Terminal.report("epoch \(epoch.epoch): \(summary)")
    }
  }

  /// Leaves the last line as it stands and begins a new one.
  func end() {
    if lastDrawing != nil { Terminal.write("\n") }
    (lastDrawing, lastRecord) = (nil, nil)
  }

  private func beginPart(_ headline: String) {
    end()
    Terminal.report(headline)
  }

  private var summary: String {
    guard let record = lastRecord else { return "" }
    func decimals(_ value: Double) -> String { String(format: "%.5f", value) }
    let validation = record.validationLoss.map { ", validation \(decimals($0))" } ?? ""
    let best = record.isBest ? ", best so far" : ""
    return "loss \(decimals(record.trainingLoss))\(validation)\(best)"
  }
}

/// A flag that Ctrl-C and SIGTERM raise.
private final class InterruptFlag {
  private let raised = SharedFlag()
  private let sources: [any DispatchSourceSignal]

  /// Takes over SIGINT and SIGTERM until the process ends.
  init() {
    let raised = raised
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { raised.value.store(true, ordering: .relaxed) }
      source.resume()
      return source
    }
  }

  /// Whether a signal came.
  var isRaised: Bool { raised.value.load(ordering: .relaxed) }
}

/// A flag that the queue of the signals and the run share.
private final class SharedFlag: Sendable {
  let value = Atomic(false)
}
