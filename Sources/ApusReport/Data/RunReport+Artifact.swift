public import ApusCompute
public import ApusData
public import ApusModel
public import ApusTraining

extension RunReport {
  /// Looks at a sealed model and at rows that it was not trained on.
  ///
  /// - Parameters:
  ///   - artifact: the sealed model.
  ///   - backend: the device that scores.
  ///   - table: raw columns with the label among them.
  ///   - training: the rows that it was trained on; none where they are not at hand.
  ///   - heldOut: the rows to judge it by; at least one.
  ///   - part: what the held rows are called, such as `test`.
  ///   - result: how training went, where it is known.
  ///   - notes: what else there is to know.
  ///   - command: the words of the command that trained it.
  /// - Throws: `DataError`, `ArtifactError` or `ComputeError`.
  public init(
    of artifact: Artifact, on backend: any Backend, table: Table, training: [Int],
    heldOut: [Int], part: String, result: TrainingResult?, notes: [String], command: [String]
  ) throws {
    let manifest = artifact.manifest
    let label = manifest.transform.schema.label
    let scorer = try Scorer(artifact, backend: backend)
    let labels = try label.values(in: table)
    let targets = heldOut.map { labels[$0] }
    let features = try scorer.encoder.features(of: table)
    let scores = try scorer.scores(of: heldOut, from: features)
    let sample = PermutationImportance.sample(of: heldOut, for: scorer)
    let importance = try PermutationImportance(
      scorer,
      Examples(
        features: features.numbers(of: sample), targets: sample.map { labels[$0] },
        width: scorer.featureWidth))
    let summarised = (training.thinned(), heldOut.thinned())
    let looked = summarised.0.count + summarised.1.count
    self.init(
      model: manifest.name, version: manifest.version, writer: manifest.writer,
      seal: "\(manifest.seal)",
      target: Target(
        name: label.name, task: label.task.rawValue, classes: label.classes,
        loss: manifest.loss.rawValue),
      command: command, environment: RunEnvironment(device: "\(backend.device)"),
      training: manifest.training,
      course: result.map {
        Course(
          epochs: $0.epochs, bestEpoch: $0.bestEpoch, ending: $0.ending.rawValue,
          seconds: $0.seconds)
      }, metrics: manifest.metrics, crossValidation: manifest.crossValidation,
      calibration: manifest.calibration, decision: manifest.decision,
      heldOut: HeldOutPart(
        name: part, scores: scores, targets: targets, loss: manifest.loss,
        threshold: manifest.decision?.threshold ?? 0.5),
      importance: importance.columns,
      columns: table.columns.map { column in
        ColumnSummary(
          column, training: summarised.0, heldOut: summarised.1,
          role: column.name == label.name
            ? .label : manifest.transform.schema.uses(column.name) ? .feature : .leftOut)
      },
      notes: looked == training.count + heldOut.count
        ? notes : notes + ["the columns are summarised on \(looked) rows, evenly chosen"],
      layers: LayerSummary.layers(of: manifest.graph))
  }
}

extension Schema {
  fileprivate func uses(_ name: String) -> Bool { columns.contains { $0.name == name } }
}

extension Scorer {
  /// The scores of examples, row by row.
  func scores(of examples: Examples) throws -> [Float] {
    var scores = [Float](repeating: 0, count: examples.count * outputWidth)
    var span = scores.mutableSpan
    try score(features: examples.features, rowCount: examples.count, into: &span)
    return scores
  }

  /// The scores of rows, some of which are encoded at a time, so that memory never holds the
  /// features of all.
  fileprivate func scores(of rows: [Int], from features: Features) throws -> [Float] {
    var scores: [Float] = []
    scores.reserveCapacity(rows.count * outputWidth)
    for first in stride(from: 0, to: rows.count, by: Self.blockRows) {
      let block = Array(rows[first..<min(first + Self.blockRows, rows.count)])
      let numbers = features.numbers(of: block)
      var some = [Float](repeating: 0, count: block.count * outputWidth)
      var span = some.mutableSpan
      try score(features: numbers.span, rowCount: block.count, into: &span)
      scores += some
    }
    return scores
  }

  private static var blockRows: Int { 4096 }
}

extension Features {
  /// The features of some rows, row by row.
  fileprivate func numbers(of rows: [Int]) -> [Float] {
    var numbers = [Float](repeating: 0, count: rows.count * width)
    var span = numbers.mutableSpan
    write(rows: rows, into: &span)
    return numbers
  }
}

extension [Int] {
  /// At most a million of these rows, evenly chosen: what a summary looks at.
  fileprivate func thinned() -> [Int] {
    let limit = 1 << 20
    guard count > limit else { return self }
    return (0..<limit).map { self[$0 * count / limit] }
  }
}
