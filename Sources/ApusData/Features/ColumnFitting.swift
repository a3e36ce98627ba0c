/// Fits the encoder of one column to its training rows.
struct ColumnFitting {
  /// What fitting came to.
  enum Result {
    case fitted(ColumnEncoder, MissingRule)
    case leftOut(reason: String)
  }

  let column: Column
  let rows: [Int]
  let options: FeatureOptions

  /// The training rows up to which their numbers are gathered in memory, which is faster.
  var gatheredRowLimit = 1 << 20

  /// Fits the encoder.
  ///
  /// - Throws: `DataError` with `invalidOption` for a missing rule or a form that does not fit the
  ///   column's kind, `nonFinite` for numbers that cannot be summed.
  func result() throws(DataError) -> Result {
    guard rows.contains(where: { !column.missing.contains($0) }) else {
      return .leftOut(reason: "it has no value in the training rows")
    }
    let form = options.forms[column.name]
    switch column.storage {
    case .numbers:
      guard form == nil else {
        throw DataError(
          .invalidOption,
          "numbers have no tokens; read the column as category or text",
          column: column.name,
          expected: "a category or text",
          found: column.kind.rawValue
        )
      }
      let present = TrainingNumbers(of: column, in: rows)
      func filled(_ fill: Double) -> TrainingNumbers {
        TrainingNumbers(of: column, in: rows, filledWith: fill)
      }
      return rows.count > gatheredRowLimit
        ? try fitNumbers(present, filled: filled)
        : try fitNumbers(Array(present)) { Array(filled($0)) }
    case .strings(let dictionary, let codes):
      guard let form else { return try fitStrings(dictionary, codes) }
      return try fitTokens(form, dictionary, codes)
    }
  }

  private var hasIndicator: Bool {
    options.missingIndicators && !column.missing.isEmpty
      && rows.contains { column.missing.contains($0) }
  }

  // MARK: Numbers

  private func fitNumbers<Numbers: Sequence<Double> & HasMedian>(
    _ present: Numbers, filled: (_ fill: Double) -> Numbers
  ) throws(DataError) -> Result {
    guard present.allSatisfy(\.isFinite) else {
      throw DataError(
        .nonFinite,
        "a number is not finite and not marked as missing",
        column: column.name
      )
    }
    let counts = ValueCounts(present, limit: max(options.integersAsCategoriesUpTo, 2))
    let categories = counts.flatMap(categories)
    let rule =
      options.missingRules[column.name]
      ?? (categories != nil || column.kind == .boolean ? .mostFrequent : .median)
    let fill = try fillNumber(rule, present: present, counts: counts)
    if let categories {
      return .fitted(
        ColumnEncoder(
          encoding: .oneHotNumbers(values: categories),
          fill: .number(fill),
          hasIndicator: hasIndicator
        ),
        rule
      )
    }
    let values = column.missing.isEmpty ? present : filled(fill)
    let threshold =
      column.kind == .integer || column.kind == .real ? options.squashAboveSkewness : nil
    let scaling = Scaling(fitting: values, squashAboveSkewness: threshold)
    guard scaling != nil || hasIndicator else {
      return .leftOut(reason: "it has only one value in the training rows")
    }
    // A column whose only information is where it is missing has a feature that is always 0.
    let fitted = scaling ?? Scaling(isSquashed: false, mean: fill, deviation: 1)
    guard fitted.isFinite else {
      throw DataError(.nonFinite, "the numbers are too large to be averaged", column: column.name)
    }
    return .fitted(
      ColumnEncoder(
        encoding: column.kind == .timestamp ? .timestamp(fitted) : .scaled(fitted),
        fill: .number(fill),
        hasIndicator: hasIndicator
      ),
      rule
    )
  }

  /// The whole numbers that have a slot each; nil where they are not categories.
  private func categories(_ counts: ValueCounts) -> [Double]? {
    let distinct = counts.values.count
    guard column.kind == .integer, distinct > 2, distinct <= options.integersAsCategoriesUpTo,
      rows.count >= 10 * distinct
    else { return nil }
    let frequent = counts.values(occurring: options.minimumCategoryRows)
    return frequent.isEmpty ? nil : frequent
  }

  private func fillNumber(
    _ rule: MissingRule,
    present: some Sequence<Double> & HasMedian,
    counts: ValueCounts?
  ) throws(DataError) -> Double {
    switch rule {
    case .median: return present.median()
    case .mostFrequent:
      if let counts { return counts.mostFrequent ?? 0 }
      let many = Dictionary(present.map { ($0 + 0, 1) }, uniquingKeysWith: +)
      return many.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    case .nothing:
      throw DataError(
        .invalidOption,
        "only identifiers may be missing with nothing in their place",
        column: column.name,
        expected: "median, mostFrequent or constant",
        found: rule.rawValue
      )
    case .constant(let text):
      let bytes = Array(text.utf8)
      let range = 0..<bytes.count
      let number =
        switch column.kind {
        case .boolean where bytes.span.spells(.true, in: range): 1.0
        case .boolean where bytes.span.spells(.false, in: range): 0.0
        case .timestamp: TimestampParser.parse(bytes.span, range)
        default: DecimalParser.parse(bytes.span, range)?.value
        }
      guard let number, number.isFinite else {
        throw DataError(
          .invalidOption,
          "the constant for missing values is not of the column's kind",
          column: column.name,
          expected: column.kind.rawValue,
          found: "\"\(text)\""
        )
      }
      return number
    }
  }

  // MARK: Strings

  private func fitStrings(
    _ dictionary: [String], _ codes: ColumnValues<UInt32>
  ) throws(DataError) -> Result {
    var codeCounts = [Int](repeating: 0, count: dictionary.count)
    for row in rows where !column.missing.contains(row) { codeCounts[Int(codes[row])] += 1 }
    // Strings that differ only in Unicode normalisation are equal, and so one category.
    var counts: [String: Int] = [:]
    for (category, count) in zip(dictionary, codeCounts) where count > 0 {
      counts[category, default: 0] += count
    }
    let known = counts.filter { $0.value >= options.minimumCategoryRows }
    if column.kind == .text {
      let present = counts.values.reduce(0, +)
      guard options.embedsCategories, 2 * known.values.reduce(0, +) >= present else {
        return .leftOut(
          reason: counts.count * 10 >= present * 9
            ? "nearly each of its values is another, as with an order's number"
            : "it is text with mostly distinct values, and no form was declared for it")
      }
    }
    let rule = options.missingRules[column.name] ?? .mostFrequent
    let fill = try fillCategory(rule, counts: counts)
    let frequent = known.keys.sorted(by: Label.byteOrder)
    guard hasIndicator || (counts.count > 1 && !frequent.isEmpty) else {
      return .leftOut(reason: "it has only one value, or only rare ones, in the training rows")
    }
    if options.embedsCategories, frequent.count > options.oneHotLimit {
      return try fitTokens(ColumnForm(.identifier), dictionary, codes)
    }
    let encoding: ColumnEncoder.Encoding =
      frequent.count > options.oneHotLimit
      ? .hashed(buckets: options.hashBuckets) : .oneHot(categories: frequent)
    return .fitted(
      ColumnEncoder(encoding: encoding, fill: .category(fill), hasIndicator: hasIndicator),
      rule
    )
  }

  func fillCategory(
    _ rule: MissingRule,
    counts: [String: Int]
  ) throws(DataError) -> String {
    switch rule {
    case .median, .nothing:
      throw DataError(
        .invalidOption,
        rule == .median
          ? "a category has no median" : "a slot must stand in for a missing category",
        column: column.name,
        expected: "mostFrequent or constant",
        found: rule.rawValue
      )
    case .mostFrequent:
      let best = counts.max {
        $0.value != $1.value ? $0.value < $1.value : Label.byteOrder($1.key, $0.key)
      }
      return best?.key ?? ""
    case .constant(let category): return category
    }
  }
}
