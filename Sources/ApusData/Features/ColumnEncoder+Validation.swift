extension ColumnEncoder {
  /// The number of buckets that a hashed column may have, so that no sum of widths overflows.
  static let maximumBuckets = 1 << 24

  /// Finds out why this encoder cannot be that of a column.
  ///
  /// Fitting makes only encoders that can be; one that was read from a file may be anything.
  ///
  /// - Parameter kind: The kind of the column.
  /// - Returns: A sentence about the first fault, or nil.
  func fault(forColumnOf kind: ColumnKind) -> String? {
    guard encodes(kind) else {
      return "an encoder of another kind of column, \(encoding), cannot encode a \(kind.rawValue)"
    }
    switch fill {
    case .number(let number):
      guard kind.isNumeric else { return "a category cannot be filled in by the number \(number)" }
      guard number.isFinite else { return "the number to fill in, \(number), is not finite" }
    case .category(let category):
      guard !kind.isNumeric else { return "a number cannot be filled in by \"\(category)\"" }
    case .nothing:
      guard isOfTokens else { return "a missing value needs something that stands in for it" }
    }
    guard !(isOfTokens && hasIndicator) else { return "identifiers have no indicator" }
    switch encoding {
    case .scaled(let scaling), .timestamp(let scaling):
      guard scaling.isFinite, scaling.deviation > 0 else {
        return "mean \(scaling.mean) and deviation \(scaling.deviation) are not finite and positive"
      }
    case .oneHot(let categories):
      guard Set(categories).count == categories.count else { return "a category occurs twice" }
    case .oneHotNumbers(let values):
      guard
        values.allSatisfy(\.isFinite), zip(values, values.dropFirst()).allSatisfy({ $0 < $1 })
      else { return "the values are not finite and ascending" }
    case .hashed(let buckets):
      guard (1...Self.maximumBuckets).contains(buckets) else {
        return "\(buckets) buckets are not 1 to \(Self.maximumBuckets)"
      }
    case .multiHot(_, let vocabulary): return vocabulary.fault
    case .identifiers(let encoding): return encoding.fault
    }
    return nil
  }

  /// Whether values are taken apart into tokens, of which there may be none.
  private var isOfTokens: Bool {
    switch encoding {
    case .multiHot, .identifiers: true
    case .scaled, .oneHot, .oneHotNumbers, .hashed, .timestamp: false
    }
  }

  /// Whether columns of a kind can be encoded in this way.
  private func encodes(_ kind: ColumnKind) -> Bool {
    switch encoding {
    case .scaled: kind == .boolean || kind == .integer || kind == .real
    case .oneHotNumbers: kind == .integer
    case .timestamp: kind == .timestamp
    case .oneHot, .hashed: kind == .category
    case .multiHot, .identifiers: kind == .category || kind == .text
    }
  }
}
