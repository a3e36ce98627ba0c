/// What a run of a row's features means: numbers, or identifiers to look up.
public struct FeatureField: Hashable, Sendable {
  /// How the features are read.
  public enum Kind: Hashable, Sendable {
    /// Each feature is a number.
    case numeric
    /// Each feature is an identifier in `0..<vocabulary`, in no order; -1 stands for none.
    case identifiers(vocabulary: Int)
    /// The features are identifiers in `0..<vocabulary` in order; -1 fills the end.
    case sequence(vocabulary: Int)
  }

  /// The name of the raw column.
  public let name: String

  /// The features, counted from 0.
  public let columns: Range<Int>

  /// How the features are read.
  public let kind: Kind

  /// Describes features.
  ///
  /// - Parameters:
  ///   - name: The name of the raw column.
  ///   - columns: The features, counted from 0.
  ///   - kind: How the features are read.
  public init(name: String, columns: Range<Int>, kind: Kind) {
    self.name = name
    self.columns = columns
    self.kind = kind
  }
}

extension FeatureTransform {
  /// What each raw column's features mean, in the order of a row; they cover it without a gap.
  public var fields: [FeatureField] {
    var start = 0
    return zip(schema.columns, encoders).map { column, encoder in
      defer { start += encoder.width }
      let kind: FeatureField.Kind =
        switch encoder.encoding {
        case .identifiers(let encoding) where encoding.isOrdered:
          .sequence(vocabulary: encoding.vocabulary.count)
        case .identifiers(let encoding): .identifiers(vocabulary: encoding.vocabulary.count)
        case .scaled, .oneHot, .oneHotNumbers, .hashed, .multiHot, .timestamp: .numeric
        }
      return FeatureField(name: column.name, columns: start..<start + encoder.width, kind: kind)
    }
  }
}
