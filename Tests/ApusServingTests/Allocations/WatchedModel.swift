import ApusServing
import ApusWire
import CAllocations
import Synchronization

/// A model that has the thread which scores it watched for allocations.
struct WatchedModel: ServedModel {
  let base: ArtifactModel
  let multiplyAddsPerRow: Int
  /// Whether it allocates itself, so that a test can see that this is counted.
  let isWasteful: Bool
  private let waste = Waste()

  private final class Waste: Sendable {
    let last = Mutex<[Float]>([])
  }

  var info: ModelInfo { base.info }
  var isOnCPU: Bool { base.isOnCPU }

  /// Watches whoever scores a model.
  ///
  /// - Parameters:
  ///   - base: The model.
  ///   - multiplyAddsPerRow: How large it says that it is; `nil` leaves the truth.
  ///   - isWasteful: Whether it allocates memory for each batch.
  init(_ base: ArtifactModel, multiplyAddsPerRow: Int? = nil, isWasteful: Bool = false) {
    self.base = base
    self.multiplyAddsPerRow = multiplyAddsPerRow ?? base.multiplyAddsPerRow
    self.isWasteful = isWasteful
  }

  func score(
    floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    callocations_watch_this_thread()
    if isWasteful {
      let first = floatRows[0]
      waste.last.withLock { $0 = [Float](repeating: first, count: 64) }
    }
    try base.score(floatRows: floatRows, rowCount: rowCount, into: &scores)
  }

  func transform(
    _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
  ) throws(ScoringError) {
    try base.transform(columns, rowCount: rowCount, into: &rows)
  }

  var takesNumbers: Bool { base.takesNumbers }

  func transform(
    numbers: Span<Double>, rowCount: Int, into rows: inout MutableSpan<Float>
  ) {
    base.transform(numbers: numbers, rowCount: rowCount, into: &rows)
  }
}
