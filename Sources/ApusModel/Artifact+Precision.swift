public import ApusCompute
internal import ApusData

extension Artifact {
  /// This model to be scored in another precision, with what that costs.
  ///
  /// The golden scores become those of the precision. Where a layer's inputs are rounded, another
  /// instruction set's last bit of a function can move one to the next number, so their tolerance
  /// is what the precision differs from float32, where that is more than the usual.
  ///
  /// - Parameters:
  ///   - precision: the numbers that the net multiplies.
  ///   - trial: the rows to measure on.
  ///   - backend: a device that has nets of that precision.
  /// - Returns: the model, not sealed yet; itself where the precision is float32.
  /// - Throws: `ArtifactError.precisionLoss` when the loss is above the trial's limit, or
  ///   `ComputeError`.
  public func scoring(
    in precision: ScoringPrecision, trial: PrecisionTrial, backend: any Backend
  ) throws -> Artifact {
    guard precision != .float32 else { return self }
    let (graph, width) = (manifest.graph, manifest.transform.width)
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in weights { try store.write(values.span, to: name) }
    var ranges: [ActivationRange] = []
    if precision == .int8 {
      ranges =
        try backend.inputRanges(
          of: graph, variables: store, features: trial.calibration.span,
          rowCount: trial.calibration.count / width) ?? []
    }
    let net = try backend.requireScoringNet(
      graph, variables: store, precision: precision, inputRanges: ranges)
    let exactNet = try backend.requireScoringNet(
      graph, variables: store, precision: .float32, inputRanges: [])
    let rows = trial.features.count / width
    let scores = net.scores(of: trial.features, rowCount: rows, outputs: outputWidth)
    let exact = exactNet.scores(of: trial.features, rowCount: rows, outputs: outputWidth)
    let differences = zip(scores, exact).map { abs(Double($0) - Double($1)) }
    let (quality, exactQuality) = (trial.quality(scores), trial.quality(exact))
    let report = PrecisionReport(
      precision: precision, inputRanges: ranges, rows: rows,
      greatestDifference: differences.max() ?? 0,
      meanDifference: differences.reduce(0, +) / Double(max(differences.count, 1)),
      metric: quality.metric, float32: exactQuality.value, reduced: quality.value,
      limit: trial.limit)
    // Written so that a loss that is not a number is refused.
    guard report.loss <= trial.limit else {
      throw ArtifactError(
        .precisionLoss,
        "\(report); nothing was sealed: allow a greater loss, or seal in a higher precision",
        path: manifest.name)
    }
    var sealed = manifest
    sealed.scoringPrecision = report
    sealed.formatVersion = max(sealed.formatVersion, 2)
    let goldenRows = manifest.golden.rows
    sealed.golden = Manifest.Golden(
      rows: goldenRows,
      tolerance: precision == .bfloat16Weights
        ? Self.goldenTolerance : max(Self.goldenTolerance, report.greatestDifference))
    return Artifact(
      manifest: sealed, weights: weights, goldenFeatures: goldenFeatures,
      goldenScores: net.scores(of: goldenFeatures, rowCount: goldenRows, outputs: outputWidth))
  }
}

extension Backend {
  /// Checks that a net can be scored in a precision here, before it is trained.
  ///
  /// - Parameters:
  ///   - graph: the graph that scores.
  ///   - weights: the values of its variables, of any training.
  ///   - precision: the precision.
  ///   - features: some rows of features.
  ///   - rowCount: their number.
  /// - Throws: `ComputeError.unsupportedPrecision` where this backend has no such net, or what
  ///   running it throws.
  package func checkScoringNet(
    _ graph: Graph, weights: [String: [Float]], precision: ScoringPrecision, features: [Float],
    rowCount: Int
  ) throws {
    let store = try makeVariables(graph.variables)
    for (name, values) in weights { try store.write(values.span, to: name) }
    let ranges =
      precision == .int8
      ? try inputRanges(
        of: graph, variables: store, features: features.span, rowCount: rowCount) ?? [] : []
    _ = try requireScoringNet(
      graph, variables: store, precision: precision, inputRanges: ranges)
  }

  /// A net of exactly this precision.
  ///
  /// - Throws: `ComputeError.unsupportedPrecision` where this backend has none.
  fileprivate func requireScoringNet(
    _ graph: Graph, variables: any VariableStore, precision: ScoringPrecision,
    inputRanges: [ActivationRange]
  ) throws(ComputeError) -> any ScoringNet {
    let net = try makeScoringNet(
      graph, variables: variables, precision: precision, inputRanges: inputRanges)
    guard let net else { throw .noNet(of: precision, on: device) }
    return net
  }
}

extension ComputeError {
  /// The error of a device that does not score a model in its precision.
  static func noNet(of precision: ScoringPrecision, on device: DeviceDescription) -> ComputeError {
    ComputeError(
      .unsupportedPrecision,
      "\(device) does not score this model in \(precision.rawValue); use the CPU, which does so for"
        + " dense layers of up to 2048 units, or float32")
  }
}

extension ScoringNet {
  /// The scores of rows of features.
  fileprivate func scores(of features: [Float], rowCount: Int, outputs: Int) -> [Float] {
    var scores = [Float](repeating: 0, count: rowCount * outputs)
    var span = scores.mutableSpan
    score(features.span, rowCount: rowCount, into: &span)
    return scores
  }
}
