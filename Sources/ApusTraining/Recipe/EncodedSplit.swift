internal import ApusCompute
internal import ApusData

/// The rows of a split as features fitted to its training rows: what nets trained on it share.
struct EncodedSplit {
  /// The way from columns to features.
  let transform: FeatureTransform
  /// The rows to learn from, without weights.
  let training: Examples
  /// The rows to stop and to choose by.
  let validation: Examples
  /// The rows to report on.
  let test: Examples

  /// Fits features and encodes all rows.
  ///
  /// - Parameters:
  ///   - data: the table and its labels.
  ///   - split: the rows for training, for validation and for the test.
  ///   - options: how columns become features.
  /// - Throws: `DataError`.
  init(_ data: RecipeData, _ split: Split, options: FeatureOptions) throws(DataError) {
    transform = try FeatureTransform(
      fitting: data.table, rows: split.train, label: data.label, options: options)
    let features = try FeatureEncoder(transform).features(of: data.table)
    func examples(_ rows: [Int]) throws(DataError) -> Examples {
      try Examples(
        encoding: features, rows: rows, labels: data.labels,
        scratchFolder: data.clean.scratchFolder)
    }
    training = try examples(split.train)
    validation = try examples(split.validation)
    test = try examples(split.test)
  }
}
