extension ColumnFitting {
  /// Fits identifiers to a column of strings.
  ///
  /// A dictionary holds the tokens that occur `minimumCategoryRows` times or more, the most
  /// frequent first, of equals the first in byte order. Rows have room for all tokens of the
  /// stated share of training values.
  ///
  /// - Parameters:
  ///   - form: How the column is to become features.
  ///   - dictionary: The distinct strings.
  ///   - codes: One index into the dictionary per row.
  /// - Returns: The encoder, or why the column is left out.
  /// - Throws: `DataError` with `invalidOption` for a missing rule that does not suit text.
  func fitTokens(
    _ form: ColumnForm,
    _ dictionary: [String],
    _ codes: ColumnValues<UInt32>
  ) throws(DataError) -> Result {
    var rowsOfCode = [Int](repeating: 0, count: dictionary.count)
    for row in rows where !column.missing.contains(row) { rowsOfCode[Int(codes[row])] += 1 }
    let present = dictionary.indices.filter { rowsOfCode[$0] > 0 }
    let tokenizer =
      form.tokenizer ?? .detected(in: present.prefix(10_000).lazy.map { dictionary[$0] })

    var tokenCounts: [String: Int] = [:]
    var rowsOfLength: [Int: Int] = [:]
    for code in present {
      let tokens = tokenizer.tokens(of: dictionary[code])
      for token in tokens { tokenCounts[token, default: 0] += rowsOfCode[code] }
      rowsOfLength[tokens.count, default: 0] += rowsOfCode[code]
    }
    guard let vocabulary = vocabulary(form, of: tokenCounts) else {
      return .leftOut(reason: "it has only rare tokens in the training rows")
    }
    let rule = options.missingRules[column.name] ?? .nothing
    let fill: ColumnEncoder.Fill =
      rule == .nothing
      ? .nothing
      : .category(
        try fillCategory(
          rule,
          counts: Dictionary(
            present.map { (dictionary[$0], rowsOfCode[$0]) }, uniquingKeysWith: +)))
    let encoding: ColumnEncoder.Encoding =
      form.layout == .multiHot
      ? .multiHot(tokenizer, vocabulary)
      : .identifiers(
        IdentifierEncoding(
          tokenizer: tokenizer,
          vocabulary: vocabulary,
          length: form.layout == .identifier ? 1 : length(rowsOfLength),
          isOrdered: form.layout == .sequence,
          keepsLast: form.layout == .sequence && tokenizer != .words
        ))
    return .fitted(ColumnEncoder(encoding: encoding, fill: fill, hasIndicator: false), rule)
  }

  /// The identifiers of tokens, or nil where no token is frequent enough for one.
  private func vocabulary(_ form: ColumnForm, of counts: [String: Int]) -> Vocabulary? {
    let frequent = counts.filter { $0.value >= options.minimumCategoryRows }
    if form.isHashed || (form.layout != .multiHot && frequent.count > options.dictionaryLimit) {
      return .hashed(
        buckets: form.layout == .multiHot
          ? options.hashBuckets
          : options.identifierBuckets ?? Self.bucketCount(for: counts.count))
    }
    let ranked = frequent.sorted {
      $0.value != $1.value ? $0.value > $1.value : Label.byteOrder($0.key, $1.key)
    }
    return ranked.isEmpty ? nil : .dictionary(ranked.map(\.key))
  }

  /// The least power of two that gives each token a bucket, within bounds.
  private static func bucketCount(for tokens: Int) -> Int {
    var count = 1 << 10
    while count < min(tokens, 1 << 20) { count *= 2 }
    return count
  }

  /// The fewest columns that hold all tokens of the stated share of rows.
  private func length(_ rowsOfLength: [Int: Int]) -> Int {
    let due = Double(rowsOfLength.values.reduce(0, +)) * options.tokenShare
    var held = 0
    for (length, rows) in rowsOfLength.sorted(by: { $0.key < $1.key }) {
      held += rows
      if Double(held) >= due { return min(max(length, 1), options.tokenLimit) }
    }
    return 1
  }
}
