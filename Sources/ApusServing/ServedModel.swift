public import ApusWire

/// A model as the server sees it.
///
/// Scoring is called from several threads at once. It is pure: the scores of a row depend on the
/// row alone. Scores are zero when they are handed over.
public protocol ServedModel: Sendable {
  /// The description that MODEL_INFO returns; the catalog replaces its handle.
  var info: ModelInfo { get }

  /// How many multiplications and additions one row takes.
  ///
  /// A count is good enough that tells small nets from large ones, such as that of the weights.
  var multiplyAddsPerRow: Int { get }

  /// Whether the thread that calls does the work itself, rather than wait for another device.
  var isOnCPU: Bool { get }

  /// Scores rows of finished features.
  ///
  /// - Parameters:
  ///   - floatRows: `rowCount` rows of `info.featureWidth` finite numbers.
  ///   - rowCount: The rows, at least 1.
  ///   - scores: `rowCount` rows of `info.outputWidth` scores.
  /// - Throws: ``ScoringError`` if no row can be scored.
  func score(
    floatRows: Span<Float>,
    rowCount: Int,
    into scores: inout MutableSpan<Float>
  ) throws(ScoringError)

  /// Scores rows of raw values by the model's own transforms.
  ///
  /// - Parameters:
  ///   - columns: The columns of `info.columns`, in that order and of those kinds.
  ///   - rowCount: The rows, at least 1.
  ///   - scores: `rowCount` rows of `info.outputWidth` scores.
  /// - Throws: ``ScoringError`` if no row can be scored.
  func score(
    columns: [RawColumn],
    rowCount: Int,
    into scores: inout MutableSpan<Float>
  ) throws(ScoringError)
}
