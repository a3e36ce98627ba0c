internal import ApusData
internal import ApusTraining
internal import ArgumentParser

/// The options that say what is trained on which rows; the same ones always give the same bits.
struct TrainingOptions: ParsableArguments {
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var columns: ColumnOptions
  @OptionGroup var net: NetOptions
  @OptionGroup var optimizer: OptimizerOptions
  @OptionGroup var weighting: WeightingOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var calibration: CalibrationOptions

  @Option(help: "The column to predict.")
  var label: String

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

  @Option(
    help: ArgumentHelp(
      """
      Keep the table in this folder, parsed once and mapped: memory does not hold its rows, and \
      the next run does not parse them. [default: in the output, for files above an eighth of \
      memory]
      """, valueName: "folder"))
  var cache: String?

  func validate() throws {
    for (name, share) in [("--test", test), ("--validation", validation)] where !(0..<1 ~= share) {
      throw ValidationError("\(name) takes a share from 0 to below 1, not \(share)")
    }
    guard !columns.drop.elements.contains(label) else {
      throw ValidationError("--drop leaves out \(label), the column that --label predicts")
    }
  }

  /// The options that are given and change nothing, as the net or the optimizer takes none of them.
  ///
  /// A search may have them, as its trials differ in both; a single run may not.
  var idleOptions: [IdleOption] { net.idleOptions + optimizer.idleOptions }

  /// Reads the table, or takes it from its cache.
  ///
  /// - Parameter output: the model's folder, in which the cache of a large table is.
  /// - Returns: the rows without duplicates, and the digest of the file.
  /// - Throws: `DataError` naming the place of a fault, or `Failure`.
  func data(for output: String) throws -> TrainingData {
    var options = reading.options
    options.kinds = columns.readingKinds
    return try TrainingData(reading.data, options: options, cache: cache, for: output)
  }

  /// What the options describe.
  ///
  /// - Throws: `NetFileError` for the file of a net.
  var recipe: TrainingRecipe {
    get throws {
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
}
