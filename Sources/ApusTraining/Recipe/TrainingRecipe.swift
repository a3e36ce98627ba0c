public import ApusCompute
public import ApusData
public import ApusMetrics
public import ApusModel
public import ApusNN

/// From a table to a model that is ready to be sealed: clean, split, fit features, train, test.
public struct TrainingRecipe: Sendable {
  /// The column to predict.
  public var label: String
  /// How columns become features.
  public var features = FeatureOptions()
  /// The net.
  public var net = NamedNet.perceptron
  /// The units of the hidden layers; with none, `mlp` is a linear model.
  public var hidden = [64, 64]
  /// The activation of the hidden layers.
  public var activation = Activation.relu
  /// The share of the hidden units that are dropped in a step.
  public var dropout: Float = 0
  /// The numbers in the vector of an identifier.
  public var embeddingWidth = 16
  /// The units of a net of sequences; see `NetSettings.sequenceUnits`.
  public var sequenceUnits = 64
  /// The layers of a cross network.
  public var crossLayers = 3
  /// The columns of a two-tower net's second tower.
  public var secondTower: Set<String> = []
  /// The loss; nil for the one that the label's task suggests.
  public var loss: Loss?
  /// How parameters move.
  public var optimizer = Optimizer.adam()
  /// How much rows count in training.
  public var weighting = RowWeighting()
  /// The share by which the labels of a cross-entropy are smoothed, from 0 to below 1.
  public var labelSmoothing: Float = 0
  /// The most passes over the training rows.
  public var epochs = 100
  /// The rows in a step.
  public var batchSize = 32
  /// The epochs without improvement after which training stops; nil to run all epochs.
  public var patience: Int? = 10
  /// How rows are divided into those for training, for validation and for the test.
  public var split = SplitRule.random
  /// The share of rows held out for the test.
  public var testFraction = 0.2
  /// The share of rows held out for validation.
  public var validationFraction = 0.1
  /// The folds of a cross-validation before the run, at least 2; nil for none.
  public var folds: Int?
  /// The seed of split, initial weights and shuffling.
  public var seed: UInt64 = 42
  /// The numbers that the sealed net multiplies when it scores.
  public var precision = ScoringPrecision.float32
  /// The greatest loss that the precision may cause; see `PrecisionReport.loss`.
  public var maximumPrecisionLoss = 0.005
  /// How scores are calibrated on the validation rows.
  public var calibration = CalibrationMethod.none
  /// What the decision threshold is chosen for on the validation rows; nil leaves it at 0.5.
  public var decisionGoal: DecisionGoal?
  /// The software that writes the artifact.
  public var writer = "apus"

  /// Starts from the defaults.
  public init(label: String) { self.label = label }

  /// What a recipe made.
  public struct Product: Sendable {
    /// The model, not sealed yet.
    public let artifact: Artifact
    /// How training went.
    public let result: TrainingResult
    /// The metrics on the test rows, where there are some.
    public let test: Metrics?
    /// The metrics on the validation rows, where there are some.
    public let validation: Metrics?
    /// The exact duplicates that were dropped.
    public let duplicatesDropped: Int
    /// The rows after cleaning.
    public let rows: Int
    /// Columns that were left out, and why.
    public let notes: [String]
    /// The table after cleaning.
    public let table: Table
    /// Which of its rows were for what.
    public let split: Split
  }

  /// Cleans, splits, fits and trains.
  ///
  /// - Parameters:
  ///   - table: columns with the label among them; larger than memory where they are mapped.
  ///   - name: the model's name.
  ///   - fingerprint: the digest of the data's file.
  ///   - backend: the device that trains.
  ///   - scoringBackend: the device on which the precision is measured; nil for the same.
  ///   - checkpoints: when and where the run is kept; nil for never.
  ///   - observer: who watches.
  /// - Returns: the model and how it came to be.
  /// - Throws: `DataError`, `ComputeError`, `DivergedError`, `CheckpointError`, `SuspendedError`,
  ///   `InterruptedError`, or `ArtifactError.precisionLoss` when the precision costs more than is
  ///   allowed.
  public func train(
    on table: CleanTable, name: String, fingerprint: Digest, backend: any Backend,
    scoringBackend: (any Backend)? = nil, checkpoints: CheckpointPlan? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> Product {
    let data = try RecipeData(table, for: self)
    let split = try data.split(by: self)
    try checkCalibration(loss: data.loss, validationRows: split.validation.count)
    let crossValidation = try folds.map { count in
      try crossValidated(
        data, besides: split, folds: count, backend: backend, checkpoints: checkpoints,
        observer: observer)
    }
    let run = try RecipeRun(self, on: data, split: split, backend: backend)
    try run.checkPrecision(on: scoringBackend ?? backend)
    let result = try run.train(checkpoints: checkpoints, observer: observer)
    let model = try run.model(of: result)
    let (validation, test) = (
      try model.metrics(of: run.validation), try model.metrics(of: run.test)
    )
    let held = run.test.count > 0 ? run.test : run.training
    let golden = held.selecting(Array(0..<min(held.count, Artifact.goldenRowLimit)))
    let exact = Artifact(
      name: name, loss: data.loss, transform: run.transform, graph: model.calibrated.graph,
      weights: model.calibrated.weights,
      golden: (
        golden.features.prefix(golden.count * golden.width),
        try model.predictor.predictions(for: golden)
      ),
      training: Manifest.Training(
        dataFingerprint: fingerprint, rows: data.table.rowCount,
        duplicatesDropped: data.clean.duplicatesDropped,
        split: [split.train.count, split.validation.count, split.test.count],
        splitRule: self.split, seed: seed,
        epochsRun: result.epochs.count, batchSize: batchSize,
        optimizer: optimizer.description,
        device: backend.device),
      metrics: ["validation": validation?.values, "test": test?.values].compactMapValues(\.self),
      calibration: model.calibrated.report, decision: model.decision,
      crossValidation: crossValidation, writer: writer)
    let artifact =
      precision == .float32
      ? exact
      : try exact.scoring(
        in: precision,
        trial: PrecisionTrial(
          calibration: run.training, held: held, loss: data.loss, limit: maximumPrecisionLoss),
        backend: scoringBackend ?? backend)
    return Product(
      artifact: artifact, result: result, test: test, validation: validation,
      duplicatesDropped: data.clean.duplicatesDropped, rows: data.table.rowCount,
      notes: run.transform.notes + unreachedGoal(model.decision), table: data.table, split: split)
  }

  /// Checks that what comes after training can be done, before it begins.
  private func checkCalibration(loss: Loss, validationRows: Int) throws(DataError) {
    try calibration.check(loss: loss, rows: validationRows)
    guard calibration != .isotonic || precision == .float32 else {
      throw DataError(
        .invalidOption, "an isotonic curve bends too finely for \(precision.rawValue)",
        expected: "float32, or another calibration", found: precision.rawValue)
    }
    guard decisionGoal == nil || loss == .binaryCrossEntropy && validationRows > 0 else {
      throw DataError(
        .invalidOption, "a decision threshold is chosen for two classes on validation rows",
        expected: "a label of two classes and a share of rows for validation",
        found: "the loss \(loss.rawValue) and \(validationRows) validation rows")
    }
  }

  /// What to say where no threshold reaches the goal.
  private func unreachedGoal(_ decision: DecisionThreshold?) -> [String] {
    guard let decisionGoal, decision == nil else { return [] }
    return ["no threshold reaches \(decisionGoal) on the validation rows; it stays at 0.5"]
  }

  /// How columns become features; one whose values are never on both sides of the split is none,
  /// nor are weights.
  var featureOptions: FeatureOptions {
    var options = features
    if case .group(let column) = split, column != label { options.droppedColumns.insert(column) }
    if let column = weighting.column { options.droppedColumns.insert(column) }
    // A described net says itself what it reads, and a reduced precision has no embeddings.
    if NamedNet(named: net.name) != nil, precision == .float32 { options.embedsCategories = true }
    return options
  }

  /// What the net is built from.
  package func settings(fields: [InputField], outputs: Int) -> NetSettings {
    var settings = NetSettings(fields: fields, outputs: outputs)
    settings.hidden = hidden
    settings.activation = activation
    settings.dropout = dropout
    settings.embeddingWidth = embeddingWidth
    settings.sequenceUnits = sequenceUnits
    settings.crossLayers = crossLayers
    settings.secondTower = secondTower
    return settings
  }

  func checkEmphasis(on label: Label, _ loss: Loss) throws(DataError) {
    let isCrossEntropy = loss == .binaryCrossEntropy || loss == .softmaxCrossEntropy
    guard label.task != .regression || !weighting.balancesClasses,
      isCrossEntropy || labelSmoothing == 0
    else {
      throw DataError(
        .unsuitableLabel, "only classes are balanced, and smoothed for a cross-entropy",
        column: label.name, expected: "a label of classes and a cross-entropy",
        found: "\(label.task.rawValue) and \(loss.rawValue)")
    }
  }

  /// The loss that was asked for, or the one that suits the label.
  func loss(for label: Label) throws(DataError) -> Loss {
    let suggested: Loss =
      switch label.task {
      case .binary: .binaryCrossEntropy
      case .multiclass: .softmaxCrossEntropy
      case .regression: .meanSquaredError
      }
    guard let loss, loss != suggested else { return suggested }
    let suits =
      switch loss {
      case .binaryCrossEntropy: label.task == .binary
      case .softmaxCrossEntropy: label.task != .regression
      case .meanSquaredError, .meanAbsoluteError: label.task != .multiclass
      }
    guard suits else {
      throw DataError(
        .unsuitableLabel, "the loss \(loss.rawValue) does not suit this label",
        column: label.name, expected: "a label for that loss", found: label.task.rawValue)
    }
    return loss
  }
}
