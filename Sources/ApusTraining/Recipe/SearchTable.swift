internal import ApusCompute
public import ApusData

/// The table of many runs, with the features of the newest: most of them differ in the net alone,
/// and find their rows encoded.
public final class SearchTable {
  /// Everything that the encoded rows depend on, beside the table.
  private struct Key: Hashable {
    var label: String
    var options: FeatureOptions
    var split: SplitRule
    var fractions: [Double]
    var seed: UInt64
  }

  private let clean: CleanTable
  private var newest: (key: Key, rows: EncodedSplit)?

  /// How often rows were encoded.
  public private(set) var encodingCount = 0

  /// Takes a table.
  public init(_ clean: CleanTable) { self.clean = clean }

  /// The rows of a recipe, encoded if those at hand are not its own.
  ///
  /// - Throws: `DataError`.
  func rows(
    for recipe: TrainingRecipe
  ) throws(DataError) -> (data: RecipeData, split: Split, rows: EncodedSplit) {
    let data = try RecipeData(clean, for: recipe)
    let split = try data.split(by: recipe)
    let key = Key(
      label: recipe.label, options: recipe.featureOptions, split: recipe.split,
      fractions: [recipe.testFraction, recipe.validationFraction], seed: recipe.seed)
    if let newest, newest.key == key { return (data, split, newest.rows) }
    // Those of before go first, so that memory never holds both.
    newest = nil
    let rows = try EncodedSplit(data, split, options: recipe.featureOptions)
    encodingCount += 1
    newest = (key, rows)
    return (data, split, rows)
  }
}
