/// How columns become features.
///
/// The defaults were chosen on held-out data: with them a 64-64-1 net ranks the visits of the
/// online shoppers data set (UCI 468) best, in the mean over several splits.
public struct FeatureOptions: Hashable, Sendable {
  /// The number of categories up to which a column is one-hot; above it, it is hashed.
  public var oneHotLimit: Int

  /// The number of slots of a hashed column.
  public var hashBuckets: Int

  /// The number of distinct values up to which whole numbers are categories; 0 for never.
  ///
  /// Small whole numbers are often codes (a browser, a region) or counts whose effect is not
  /// linear. A column qualifies only with ten or more training rows per distinct value.
  public var integersAsCategoriesUpTo: Int

  /// The number of training rows that a category needs for a slot of its own.
  ///
  /// Rarer ones share the unknown slot, which thereby learns what an unusual category means.
  public var minimumCategoryRows: Int

  /// The skewness above which numbers are squashed by `sign(x) log(1 + |x|)`; nil for never.
  public var squashAboveSkewness: Double?

  /// Whether a column with missing training values gets a feature that says "was missing".
  public var missingIndicators: Bool

  /// The missing rules of some columns, by name; the others have the median for numbers and
  /// timestamps, and the most frequent value for booleans and categories.
  public var missingRules: [String: MissingRule]

  /// Columns to leave out.
  public var droppedColumns: Set<String>

  /// Creates options.
  ///
  /// - Parameters:
  ///   - oneHotLimit: The number of categories up to which a column is one-hot.
  ///   - hashBuckets: The number of slots of a hashed column.
  ///   - integersAsCategoriesUpTo: The number of distinct whole numbers that are categories.
  ///   - minimumCategoryRows: The number of training rows that a category needs for its slot.
  ///   - squashAboveSkewness: The skewness above which numbers are squashed.
  ///   - missingIndicators: Whether columns with missing values get an indicator.
  ///   - missingRules: The missing rules of some columns, by name.
  ///   - droppedColumns: Columns to leave out.
  public init(
    oneHotLimit: Int = 64,
    hashBuckets: Int = 64,
    integersAsCategoriesUpTo: Int = 32,
    minimumCategoryRows: Int = 5,
    squashAboveSkewness: Double? = 1,
    missingIndicators: Bool = true,
    missingRules: [String: MissingRule] = [:],
    droppedColumns: Set<String> = []
  ) {
    self.oneHotLimit = oneHotLimit
    self.hashBuckets = hashBuckets
    self.integersAsCategoriesUpTo = integersAsCategoriesUpTo
    self.minimumCategoryRows = minimumCategoryRows
    self.squashAboveSkewness = squashAboveSkewness
    self.missingIndicators = missingIndicators
    self.missingRules = missingRules
    self.droppedColumns = droppedColumns
  }
}
