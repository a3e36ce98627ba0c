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
    let held = table.selecting(heldOut)
    let scorer = try Scorer(artifact, backend: backend)
    let targets = try label.values(in: held)
    let examples = Examples(
      features: try scorer.encoder.features(of: held).matrix(), targets: targets,
      width: scorer.featureWidth)
    let scores = try scorer.scores(of: examples)
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
      importance: try PermutationImportance(scorer, examples).columns,
      columns: table.columns.map { column in
        ColumnSummary(
          column, training: training, heldOut: heldOut,
          role: column.name == label.name
            ? .label : manifest.transform.schema.uses(column.name) ? .feature : .leftOut)
      }, notes: notes, layers: LayerSummary.layers(of: manifest.graph))
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
    try score(features: examples.features.span, rowCount: examples.count, into: &span)
    return scores
  }
}
