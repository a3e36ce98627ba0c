internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusNN
internal import ApusReport
internal import ApusTraining
internal import ArgumentParser

/// `apus train`: a CSV in, a sealed model out.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a net on a CSV file and seal it as the next version of a model.",
    discussion: """
      Examples:
        apus train --data visits.csv --label purchased --output models/visits
        apus train --data prices.csv --label price --output models/price \\
          --hidden none --optimizer sgd --loss mse --epochs 100
        apus train --data visits.csv --label purchased --output models/visits \
          --optimizer adamw --schedule cosine --warm-up 200 --checkpoint-dir run --resume
        apus train --data visits.csv --label purchased --output models/visits --precision int8
        apus train --data visits.csv --label purchased --output models/visits \\
          --calibrate platt --threshold-for precision=0.8
        apus train --data visits.csv --label purchased --output models/visits --net net.yaml

      Ctrl-C finishes the steps in hand. With --checkpoint-dir the run is then kept, and the same
      command with --resume goes on; without, the best weights so far are sealed.
      """)

  @OptionGroup var reading: ReadingOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var columns: ColumnOptions
  @OptionGroup var net: NetOptions
  @OptionGroup var optimizer: OptimizerOptions
  @OptionGroup var weighting: WeightingOptions
  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var calibration: CalibrationOptions

  @Option(help: "The column to predict.")
  var label: String

  @Option(help: "The model's folder; its last part is the model's name.")
  var output: String

  @Option(
    help: """
      How rows are divided: random, group:COLUMN (rows of one user on one side) or time:COLUMN \
      (the newest test).
      """)
  var split = SplitRule.random

  @Option(help: "The share of rows held out for the test.")
  var test = 0.2

  @Option(help: "The share of rows held out for validation.")
  var validation = 0.1

  @Option(help: "The seed of split, initial weights and shuffling.")
  var seed: UInt64 = 42

  @Flag(
    inversion: .prefixedNo,
    help: "Write report.html, report.json and TensorBoard's events beside the model.")
  var report = true

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    for (name, share) in [("--test", test), ("--validation", validation)] where !(0..<1 ~= share) {
      throw ValidationError("\(name) takes a share from 0 to below 1, not \(share)")
    }
  }

  func run() throws {
    let folder = ModelFolder(output)
    try folder.checkIsWritable()
    var options = reading.options
    options.kinds = columns.readingKinds
    let recipe = try recipe()
    let table = try Table(csv: reading.data, options: options)
    let product = try train(recipe, on: table, named: folder.name)
    for note in product.notes { Terminal.report("  \(note)") }
    let (artifact, path) = try product.artifact.seal(in: folder)
    let page = report ? writeReport(on: product, of: artifact, in: path) : nil
    let summary = TrainingReport(product, artifact, path: path, page: page)
    if json {
      try Terminal.print(json: summary)
    } else {
      Terminal.print(summary.description)
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
      let report = try device.withBackend(for: Workload(graph: graph, rows: rows.count)) {
        backend in
        try RunReport(
          of: artifact,
          on: try device.scoringBackend(
            for: artifact.manifest.scoringPrecision?.precision ?? .float32, besides: backend),
          table: product.table, training: split.train, heldOut: rows, part: part,
          result: product.result, notes: product.notes, command: CommandLine.arguments)
      }
      try RunFiles.writeEvents(of: report, in: folder)
      return try RunFiles.write(report, in: folder)
    } catch {
      Terminal.report("apus: the model is sealed; its report is left out: \(Failure.text(error))")
      return nil
    }
  }

  private func train(
    _ recipe: TrainingRecipe, on table: Table, named name: String
  ) throws -> TrainingRecipe.Product {
    let progress = TrainingProgress()
    defer { progress.end() }
    let fingerprint = try Digest(ofFile: reading.data)
    return try device.withBackend(for: try Workload(training: recipe, on: table)) { backend in
      progress.begin(
        "training on \(table.rowCount) rows with \(backend.device), seed \(recipe.seed)")
      return try recipe.train(
        on: table, name: name, fingerprint: fingerprint, backend: backend,
        scoringBackend: try device.scoringBackend(for: recipe.precision, besides: backend),
        checkpoints: checkpoints.plan,
        observer: progress)
    }
  }

  private func recipe() throws -> TrainingRecipe {
    var recipe = TrainingRecipe(label: label)
    recipe.features = columns.features
    recipe.split = split
    recipe.testFraction = test
    recipe.validationFraction = validation
    recipe.seed = seed
    recipe.writer = "apus \(Apus.version)"
    try net.apply(to: &recipe)
    recipe.optimizer = optimizer.chosen
    weighting.apply(to: &recipe)
    precision.apply(to: &recipe)
    calibration.apply(to: &recipe)
    return recipe
  }
}
