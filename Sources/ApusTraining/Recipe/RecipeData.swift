internal import ApusCompute
internal import ApusData

/// The clean table of a recipe with its label as numbers: what all splits of it share.
struct RecipeData {
  /// The table without duplicates.
  let clean: CleanTable
  /// The label.
  let label: Label
  /// The label of each row.
  let labels: [Float]
  /// The loss to minimise.
  let loss: Loss

  /// The rows.
  var table: Table { clean.table }

  /// Whether classes keep their proportion in a random split.
  var isStratified: Bool { label.task != .regression }

  /// Finds the label of a table.
  ///
  /// - Parameters:
  ///   - clean: columns with the label among them.
  ///   - recipe: names the label, and the loss.
  /// - Throws: `DataError` where the label does not suit the recipe.
  init(_ clean: CleanTable, for recipe: TrainingRecipe) throws(DataError) {
    self.clean = clean
    label = try Label(fitting: clean.table, named: recipe.label)
    loss = try recipe.loss(for: label)
    try recipe.checkEmphasis(on: label, loss)
    labels = try label.values(in: clean.table)
  }

  /// The rows for training, for validation and for the test.
  ///
  /// - Throws: `DataError` where there are too few.
  func split(by recipe: TrainingRecipe) throws(DataError) -> Split {
    try Split(
      of: table, by: recipe.split, labels: labels, stratified: isStratified,
      testFraction: recipe.testFraction, validationFraction: recipe.validationFraction,
      seed: recipe.seed)
  }

  /// Splits whose test rows are the folds of all rows but those of `split`'s test.
  ///
  /// A fold has the same share of validation rows among those that it does not test on.
  ///
  /// - Throws: `DataError` where there are too few rows for so many folds.
  func folds(
    _ count: Int, besides split: Split, by recipe: TrainingRecipe
  ) throws(DataError) -> [Split] {
    let rows = (split.train + split.validation).sorted()
    return try Split.folds(
      count, of: rows, in: table, by: recipe.split, labels: labels, stratified: isStratified,
      validationFraction: Double(split.validation.count) / Double(rows.count), seed: recipe.seed)
  }
}
