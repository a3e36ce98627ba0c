internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusReport
internal import ApusTraining

/// Trains as options say, seals the model and draws its report.
struct TrainingJob {
  /// On which rows and with which device.
  let options: TrainingOptions
  /// What is trained.
  let recipe: TrainingRecipe
  /// Where the model goes.
  let folder: ModelFolder
  /// When and where the run is kept; nil for never.
  var checkpoints: CheckpointPlan?
  /// Whether the report is drawn.
  var hasReport = true
  /// The words of a command that does the same.
  var command = CommandLine.arguments

  /// Does all of it.
  ///
  /// - Parameters:
  ///   - data: the rows.
  ///   - progress: who watches, and may end it.
  /// - Returns: what the command prints.
  /// - Throws: what reading, training and sealing throw.
  func run(on data: TrainingData, progress: TrainingProgress) throws -> TrainingReport {
    let product = try train(on: data, progress)
    for note in product.notes { Terminal.report("  \(note)") }
    let (artifact, path) = try product.artifact.seal(in: folder)
    let page = hasReport ? writeReport(on: product, of: artifact, in: path) : nil
    return TrainingReport(product, artifact, path: path, page: page)
  }

  private func train(
    on data: TrainingData, _ progress: TrainingProgress
  ) throws -> TrainingRecipe.Product {
    defer { progress.end() }
    let table = data.clean.table
    return try options.device.withBackend(
      for: try Workload(training: recipe, on: table)
    ) { backend in
      progress.begin(
        "training on \(table.rowCount) rows with \(backend.device), seed \(recipe.seed)")
      return try recipe.train(
        on: data.clean, name: folder.name, fingerprint: data.fingerprint, backend: backend,
        scoringBackend: try options.device.scoringBackend(
          for: recipe.precision, besides: backend),
        checkpoints: checkpoints, observer: progress)
    }
  }

  /// Draws the report beside the sealed model, and returns the path of its page; where that fails
  /// the model stands, and one line says why.
  private func writeReport(
    on product: TrainingRecipe.Product, of artifact: Artifact, in folder: String
  ) -> String? {
    let (split, graph) = (product.split, artifact.manifest.graph)
    let (part, rows) =
      split.test.isEmpty
      ? (split.validation.isEmpty ? ("training", split.train) : ("validation", split.validation))
      : ("test", split.test)
    do {
      let device = options.device
      let report = try device.withBackend(for: Workload(graph: graph, rows: rows.count)) {
        backend in
        try RunReport(
          of: artifact,
          on: try device.scoringBackend(
            for: artifact.manifest.scoringPrecision?.precision ?? .float32, besides: backend),
          table: product.table, training: split.train, heldOut: rows, part: part,
          result: product.result, notes: product.notes, command: command)
      }
      try RunFiles.writeEvents(of: report, in: folder)
      return try RunFiles.write(report, in: folder)
    } catch {
      Terminal.report("apus: the model is sealed; its report is left out: \(Failure.text(error))")
      return nil
    }
  }
}
