public import ApusWire

/// A model as the server sees it.
///
/// ```
/// raw columns ──transform──> rows of features ──score───> scores
///                                             └─extract─> embeddings
/// ```
/// All three are called from several threads at once. They are pure: what a row becomes depends on
/// the row alone. Outputs are zero when they are handed over.
public protocol ServedModel: Sendable {
  /// The description that MODEL_INFO returns; the catalog replaces its handle.
  var info: ModelInfo { get }

  /// The numbers in a row's embedding; 0 where the model has none.
  var embeddingWidth: Int { get }

  /// How many multiplications and additions one row takes.
  ///
  /// A count is good enough that tells small nets from large ones, such as that of the weights.
  var multiplyAddsPerRow: Int { get }

  /// Whether the thread that calls does the work itself, rather than wait for another device.
  var isOnCPU: Bool { get }

  /// Whether another device than the one asked for answers, because that one failed.
  var isDegraded: Bool { get }

  /// Whether ``transform(numbers:rowCount:into:)`` is there: no column needs more than arithmetic.
  var takesNumbers: Bool { get }

  /// Turns raw values into rows of features, by the model's own transforms.
  ///
  /// A column of one value is shared: all rows have it, and it is transformed once.
  ///
  /// - Parameters:
  ///   - columns: The columns of `info.columns`, in that order and of those kinds, each of
  ///     `rowCount` values or of one.
  ///   - rowCount: The rows, at least 1.
  ///   - rows: `rowCount` rows of `info.featureWidth` numbers.
  /// - Throws: ``ScoringError`` naming the first value that cannot be used.
  func transform(
    _ columns: [RawColumn],
    rowCount: Int,
    into rows: inout MutableSpan<Float>
  ) throws(ScoringError)

  /// Turns rows of nothing but numbers into features.
  ///
  /// The bits are those of ``transform(_:rowCount:into:)``, for which each column would need an
  /// array of its own.
  ///
  /// - Parameters:
  ///   - numbers: For each of `info.columns` `rowCount` numbers, finite, or NaN where a value is
  ///     missing.
  ///   - rowCount: The rows, at least 1.
  ///   - rows: `rowCount` rows of `info.featureWidth` zeros.
  /// - Precondition: `takesNumbers`.
  func transform(numbers: Span<Double>, rowCount: Int, into rows: inout MutableSpan<Float>)

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

  /// Computes the embeddings of rows of finished features: what the last hidden layer gives.
  ///
  /// - Parameters:
  ///   - floatRows: `rowCount` rows of `info.featureWidth` finite numbers.
  ///   - rowCount: The rows, at least 1.
  ///   - embeddings: `rowCount` rows of `embeddingWidth` numbers.
  /// - Precondition: `embeddingWidth` is not 0.
  /// - Throws: ``ScoringError`` if the device fails.
  func extract(
    floatRows: Span<Float>,
    rowCount: Int,
    into embeddings: inout MutableSpan<Float>
  ) throws(ScoringError)

  /// Scores rows whose scores are known, on the device that serves.
  ///
  /// - Throws: ``ScoringError`` if the device fails or gives other scores.
  func verify() throws(ScoringError)
}

extension ServedModel {
  /// What the description says.
  public var embeddingWidth: Int { info.embeddingWidth }

  /// Never: there is no other device.
  public var isDegraded: Bool { false }

  /// Never: each column is transformed in its own way.
  public var takesNumbers: Bool { false }

  /// Traps: a model that takes columns alone is not given numbers.
  public func transform(
    numbers: Span<Double>, rowCount: Int, into rows: inout MutableSpan<Float>
  ) {
    preconditionFailure("\(info.name) takes columns, and was given \(rowCount) rows of numbers")
  }

  /// Traps: a model without embeddings is not asked for them.
  public func extract(
    floatRows: Span<Float>,
    rowCount: Int,
    into embeddings: inout MutableSpan<Float>
  ) throws(ScoringError) {
    preconditionFailure(
      "\(info.name) has no embeddings, and \(rowCount) rows of \(embeddingWidth) were asked for")
  }

  /// Scores a row of zeros, whose score only has to be a number.
  public func verify() throws(ScoringError) {
    let features = [Float](repeating: 0, count: info.featureWidth)
    var scores = [Float](repeating: 0, count: info.outputWidth)
    var span = scores.mutableSpan
    try score(floatRows: features.span, rowCount: 1, into: &span)
    guard scores.allSatisfy(\.isFinite) else { throw .internal }
  }

  /// Scores rows of raw values.
  ///
  /// The bits are those of ``score(floatRows:rowCount:into:)`` on the transformed rows.
  ///
  /// - Parameters:
  ///   - columns: The columns of `info.columns`, each of `rowCount` values or of one.
  ///   - rowCount: The rows, at least 1.
  ///   - scores: `rowCount` rows of `info.outputWidth` scores.
  /// - Throws: ``ScoringError`` if no row can be scored.
  public func score(
    columns: [RawColumn],
    rowCount: Int,
    into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    var features = [Float](repeating: 0, count: rowCount * info.featureWidth)
    var rows = features.mutableSpan
    try transform(columns, rowCount: rowCount, into: &rows)
    try score(floatRows: rows.span, rowCount: rowCount, into: &scores)
  }
}
