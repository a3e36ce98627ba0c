/// A net made ready for scoring alone: its weights are packed once, and it has no state.
///
/// Any number of threads may score with one net at once; a call allocates nothing and takes no
/// lock.
public protocol ScoringNet: AnyObject, Sendable {
  /// Scores rows of features.
  ///
  /// A row's scores have the same bits whatever the other rows are.
  ///
  /// - Parameters:
  ///   - features: `rowCount` x inputs numbers, row by row.
  ///   - rowCount: the rows.
  ///   - scores: `rowCount` x outputs numbers, row by row.
  func score(_ features: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>)
}

extension Backend {
  /// No net: graphs run as plans on a backend that has nothing better.
  public func makeScoringNet(
    _ graph: Graph,
    variables: any VariableStore,
    precision: ScoringPrecision,
    inputRanges: [ActivationRange]
  ) throws(ComputeError) -> (any ScoringNet)? {
    nil
  }

  /// Makes a graph's net ready for scoring alone in float32.
  ///
  /// - Throws: `ComputeError` with code `variableMismatch` or `allocationFailed`.
  public func makeScoringNet(
    _ graph: Graph,
    variables: any VariableStore
  ) throws(ComputeError) -> (any ScoringNet)? {
    try makeScoringNet(graph, variables: variables, precision: .float32, inputRanges: [])
  }
}
