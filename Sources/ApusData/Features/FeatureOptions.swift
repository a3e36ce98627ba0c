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

  /// The forms of some columns of strings, by name; all others are found out.
  public var forms: [String: ColumnForm]

  /// Whether a column with more categories than `oneHotLimit` becomes identifiers instead of hashed
  /// slots; for nets that look identifiers up.
  public var embedsCategories: Bool

  /// The number of tokens up to which identifiers are those of a dictionary; above it, of hashes.
  public var dictionaryLimit: Int

  /// The buckets of hashed identifiers; nil for a power of two by the number of tokens.
  public var identifierBuckets: Int?

  /// The share of training values all of whose tokens a row has room for, above 0 and at most 1.
  public var tokenShare: Double

  /// The greatest number of tokens that a row has room for.
  public var tokenLimit: Int

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
  ///   - forms: The forms of some columns of strings, by name.
  ///   - embedsCategories: Whether columns of many categories become identifiers.
  ///   - dictionaryLimit: The number of tokens that a dictionary holds.
  ///   - identifierBuckets: The buckets of hashed identifiers.
  ///   - tokenShare: The share of training values that a row has room for.
  ///   - tokenLimit: The greatest number of tokens in a row.
  public init(
    oneHotLimit: Int = 64,
    hashBuckets: Int = 64,
    integersAsCategoriesUpTo: Int = 32,
    minimumCategoryRows: Int = 5,
    squashAboveSkewness: Double? = 1,
    missingIndicators: Bool = true,
    missingRules: [String: MissingRule] = [:],
    droppedColumns: Set<String> = [],
    forms: [String: ColumnForm] = [:],
    embedsCategories: Bool = false,
    dictionaryLimit: Int = 50_000,
    identifierBuckets: Int? = nil,
    tokenShare: Double = 0.95,
    tokenLimit: Int = 128
  ) {
    precondition(
      0 < tokenShare && tokenShare <= 1 && 1...IdentifierEncoding.lengthLimit ~= tokenLimit,
      "a token share of \(tokenShare) with at most \(tokenLimit) tokens")
    precondition(
      1...Vocabulary.limit ~= identifierBuckets ?? 1 && 1..<Vocabulary.limit ~= dictionaryLimit,
      "a dictionary of \(dictionaryLimit) tokens, or \(identifierBuckets ?? 1) buckets")
    self.oneHotLimit = oneHotLimit
    self.hashBuckets = hashBuckets
    self.integersAsCategoriesUpTo = integersAsCategoriesUpTo
    self.minimumCategoryRows = minimumCategoryRows
    self.squashAboveSkewness = squashAboveSkewness
    self.missingIndicators = missingIndicators
    self.missingRules = missingRules
    self.droppedColumns = droppedColumns
    self.forms = forms
    self.embedsCategories = embedsCategories
    self.dictionaryLimit = dictionaryLimit
    self.identifierBuckets = identifierBuckets
    self.tokenShare = tokenShare
    self.tokenLimit = tokenLimit
  }

  /// The columns that these options name.
  var namedColumns: Set<String> {
    droppedColumns.union(missingRules.keys).union(forms.keys)
  }
}
