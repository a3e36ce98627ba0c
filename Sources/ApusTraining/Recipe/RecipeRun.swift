internal import ApusCompute
internal import ApusData
internal import ApusModel
internal import ApusNN

/// A recipe on one split of its data: features fitted to the training rows alone, and a net on a
/// device.
struct RecipeRun {
  /// The way from columns to features.
  let transform: FeatureTransform
  /// The rows to learn from, with their weights.
  let training: Examples
  /// The rows to stop and to choose by.
  let validation: Examples
  /// The rows to report on.
  let test: Examples

  private let recipe: TrainingRecipe
  private let loss: Loss
  private let network: Network
  private let trainer: Trainer
  private let backend: any Backend

  /// Puts the net on a device.
  ///
  /// - Parameters:
  ///   - recipe: what to train.
  ///   - data: the table and its labels.
  ///   - split: the rows for training, for validation and for the test.
  ///   - rows: them encoded; nil to do so.
  ///   - backend: the device.
  /// - Throws: `DataError` or `ComputeError`.
  init(
    _ recipe: TrainingRecipe, on data: RecipeData, split: Split, rows: EncodedSplit? = nil,
    backend: any Backend
  ) throws {
    let rows = try rows ?? EncodedSplit(data, split, options: recipe.featureOptions)
    self.recipe = recipe
    self.backend = backend
    loss = data.loss
    (transform, validation, test) = (rows.transform, rows.validation, rows.test)
    network = try recipe.net.network(
      recipe.settings(
        fields: transform.inputFields,
        outputs: loss == .softmaxCrossEntropy ? data.label.classes.count : 1))
    var configuration = TrainingConfiguration(
      loss: loss, optimizer: recipe.optimizer, epochs: recipe.epochs,
      batchSize: min(recipe.batchSize, split.train.count), seed: recipe.seed,
      patience: recipe.patience)
    let weights = try recipe.weighting.weights(
      of: split.train, labels: data.labels, in: data.table)
    configuration.isWeighted = weights != nil
    configuration.labelSmoothing = recipe.labelSmoothing
    trainer = try Trainer(network, configuration: configuration, backend: backend)
    training = rows.training.weighted(by: weights)
  }

  /// Trains.
  ///
  /// - Throws: `ComputeError`, `DivergedError`, `CheckpointError` or `SuspendedError`.
  func train(
    checkpoints: CheckpointPlan?, observer: (any TrainingObserver)?
  ) throws -> TrainingResult {
    try trainer.fit(training, validation: validation, checkpoints: checkpoints, observer: observer)
  }

  /// Checks before training that the net can be scored in the recipe's precision.
  ///
  /// - Parameter backend: the device that will score.
  /// - Throws: `ComputeError.unsupportedPrecision` where it cannot.
  func checkPrecision(on backend: any Backend) throws {
    guard recipe.precision != .float32 else { return }
    var weights = Dictionary(
      uniqueKeysWithValues: network.initialValues(seed: recipe.seed).map { ($0.name, $0.values) })
    let graph = try network.inferenceGraph(for: loss).foldingScales(into: &weights)
    let rows = min(training.count, 64)
    try backend.checkScoringNet(
      graph, weights: weights, precision: recipe.precision,
      features: training.features.prefix(rows * training.width), rowCount: rows)
  }

  /// What scores after training: the net of the best weights with its calibration and threshold.
  ///
  /// - Throws: `ComputeError`, or `DataError` where the validation rows cannot calibrate.
  func model(of result: TrainingResult) throws -> Model {
    var weights = result.weights
    let graph = try network.inferenceGraph(for: loss).foldingScales(into: &weights)
    let calibrated = try Calibration(
      recipe.calibration, of: graph, weights: weights, loss: loss, on: validation,
      backend: backend)
    let predictor = try Predictor(
      calibrated.graph, weights: calibrated.weights, backend: backend)
    let decision = try recipe.decisionGoal.flatMap { goal in
      DecisionThreshold(
        for: goal, scores: try predictor.predictions(for: validation),
        targets: validation.targets)
    }
    return Model(
      loss: loss, calibrated: calibrated, decision: decision, predictor: predictor)
  }

  /// A trained net that scores.
  struct Model {
    /// What its scores mean.
    let loss: Loss
    /// The net with its calibration.
    let calibrated: Calibration
    /// The least score of a positive row, where one was chosen.
    let decision: DecisionThreshold?
    /// The net on the device.
    let predictor: Predictor

    /// The metrics on some rows; nil where there are none.
    ///
    /// - Throws: `ComputeError` when the device fails.
    func metrics(of rows: Examples) throws -> Metrics? {
      guard rows.count > 0 else { return nil }
      return Metrics(
        predictions: try predictor.predictions(for: rows), targets: rows.targets, loss: loss,
        threshold: decision?.threshold ?? 0.5)
    }
  }
}
