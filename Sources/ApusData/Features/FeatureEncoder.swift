/// A transform made ready to encode tables: categories are found by hash, offsets are known.
///
/// Make one per model, and keep it; it is immutable and may be used from any thread.
public struct FeatureEncoder: Sendable {
  /// The fitted transform.
  public let transform: FeatureTransform

  /// The number of features of a row.
  public let width: Int

  /// What is known of each column before a table is there.
  private struct Binding {
    var encoder: ColumnEncoder
    var offset: Int
    var indicator: Int?
    /// The slot of each category; empty where the column is not one-hot.
    var slots: [String: Int] = [:]
    /// The way from text to identifiers; nil where the column has none.
    var lookup: TokenLookup?
  }

  /// One per column of the schema, in its order.
  private let bindings: [Binding]

  /// How each column of the schema is scaled; nil if that is not all.
  let scaledColumns: [ScaledColumn]?

  /// Makes a transform ready.
  ///
  /// - Parameter transform: A fitted transform.
  public init(_ transform: FeatureTransform) {
    self.transform = transform
    var offset = 0
    bindings = transform.encoders.map { encoder in
      defer { offset += encoder.width }
      var binding = Binding(
        encoder: encoder,
        offset: offset,
        indicator: encoder.hasIndicator ? offset + encoder.encodingWidth : nil
      )
      switch encoder.encoding {
      case .oneHot(let categories):
        binding.slots = Dictionary(
          zip(categories, categories.indices),
          uniquingKeysWith: { first, _ in first }
        )
      case .multiHot(let tokenizer, let vocabulary):
        binding.lookup = TokenLookup(tokenizer, vocabulary)
      case .identifiers(let encoding):
        binding.lookup = TokenLookup(encoding.tokenizer, encoding.vocabulary)
      case .scaled, .oneHotNumbers, .hashed, .timestamp: break
      }
      return binding
    }
    width = offset
    let scaled = bindings.compactMap { ScaledColumn($0.encoder, offset: $0.offset) }
    scaledColumns = scaled.count == bindings.count ? scaled : nil
  }

  /// Binds a table: finds its columns, checks every value, and looks every distinct category up
  /// once.
  ///
  /// Columns that stand where the schema has them, as those of a request do, are found without a
  /// search.
  ///
  /// - Parameter table: A table with at least the columns of the schema, in any order.
  /// - Returns: Features that can be written for any rows, by arithmetic only.
  /// - Throws: `DataError` with `missingColumn`, `wrongKind`, or `nonFinite` for a number that is
  ///   not finite and not marked as missing; all name the column, and the row or line.
  /// - Complexity: O(rows x columns).
  public func features(of table: Table) throws(DataError) -> Features {
    var bound: [Features.BoundColumn] = []
    bound.reserveCapacity(bindings.count)
    for index in bindings.indices {
      let column = try column(index, of: table)
      bound.append(
        try bind(column.storage, missing: column.missing, to: index, from: table.origin))
    }
    return Features(columns: bound, rowCount: table.rowCount, width: width)
  }

  /// The table's column for a column of the schema.
  private func column(_ index: Int, of table: Table) throws(DataError) -> Column {
    let name = transform.schema.columns[index].name
    let isInPlace = index < table.columns.count && table.columns[index].name == name
    let column = isInPlace ? table.columns[index] : try table.requiredColumn(named: name)
    let kind = transform.schema.columns[index].kind
    guard column.kind.isNumeric == kind.isNumeric else {
      throw DataError(
        .wrongKind,
        "the column is not of the kind that the model takes",
        file: table.file,
        column: column.name,
        expected: kind.rawValue,
        found: column.kind.rawValue
      )
    }
    return column
  }

  /// Binds the values of the column at `index` of the schema.
  func bind(
    _ storage: Column.Storage,
    missing: RowMask,
    to index: Int,
    from origin: RowOrigin
  ) throws(DataError) -> Features.BoundColumn {
    let values: Features.Values =
      switch storage {
      case .numbers(let numbers):
        try bind(numbers, missing, index, origin)
      case .strings(let dictionary, let codes):
        try bind(dictionary, codes, missing, index, origin)
      }
    return Features.BoundColumn(
      values: values,
      missing: missing,
      offset: bindings[index].offset,
      width: bindings[index].encoder.width,
      indicator: bindings[index].indicator
    )
  }

  private func bind(
    _ numbers: ColumnValues<Double>,
    _ missing: RowMask,
    _ index: Int,
    _ origin: RowOrigin
  ) throws(DataError) -> Features.Values {
    let encoder = bindings[index].encoder
    for row in numbers.indices where !numbers[row].isFinite && !missing.contains(row) {
      throw origin.fault(
        .nonFinite,
        "the number is not finite and not marked as missing",
        row: row,
        column: name(index),
        expected: "a finite number",
        found: "\(numbers[row])"
      )
    }
    guard case .number(let fill) = encoder.fill else {
      preconditionFailure("the encoder of numbers in \(name(index)) fills in a category")
    }
    return switch encoder.encoding {
    case .scaled(let scaling): .scaled(numbers, scaling, fill: fill)
    case .oneHotNumbers(let values): .oneHotNumbers(numbers, values: values, fill: fill)
    case .timestamp(let scaling): .timestamp(numbers, scaling, fill: fill)
    case .oneHot, .hashed, .multiHot, .identifiers:
      preconditionFailure("the encoder of numbers in \(name(index)) is one of categories")
    }
  }

  private func bind(
    _ dictionary: [String],
    _ codes: ColumnValues<UInt32>,
    _ missing: RowMask,
    _ index: Int,
    _ origin: RowOrigin
  ) throws(DataError) -> Features.Values {
    let binding = bindings[index]
    for row in codes.indices where codes[row] >= dictionary.count && !missing.contains(row) {
      throw origin.fault(
        .wrongKind,
        "the category's index is outside of its dictionary",
        row: row,
        column: name(index),
        expected: "below \(dictionary.count)",
        found: "\(codes[row])"
      )
    }
    if let lookup = binding.lookup {
      return tokens(dictionary, codes, binding.encoder, lookup)
    }
    guard case .category(let fill) = binding.encoder.fill else {
      preconditionFailure("the encoder of categories in \(name(index)) fills in a number")
    }
    func slot(_ category: String) -> Int {
      switch binding.encoder.encoding {
      case .oneHot(let categories): binding.slots[category] ?? categories.count
      case .hashed(let buckets): Int(StableHash.hash(category) % UInt64(buckets))
      case .scaled, .oneHotNumbers, .multiHot, .identifiers, .timestamp:
        preconditionFailure("the encoder of categories in \(name(index)) is one of numbers")
      }
    }
    if dictionary.count == 1 { return .slot(slot(dictionary[0]), fill: slot(fill)) }
    return .slots(codes, slotOfCode: dictionary.map(slot), fill: slot(fill))
  }

  /// The values of a column of tokens: each distinct text is taken apart once.
  private func tokens(
    _ dictionary: [String],
    _ codes: ColumnValues<UInt32>,
    _ encoder: ColumnEncoder,
    _ lookup: TokenLookup
  ) -> Features.Values {
    // Behind the texts of the dictionary stands what a missing value is filled in by.
    var identifiers = dictionary.map(lookup.identifiers)
    if case .category(let text) = encoder.fill {
      identifiers.append(lookup.identifiers(of: text))
    } else {
      identifiers.append([])
    }
    if case .identifiers(let encoding) = encoder.encoding {
      return .identifiers(
        codes, rows: identifiers.flatMap(encoding.row), length: encoding.length)
    }
    return .multiHot(
      codes, slots: identifiers.flatMap(\.self),
      ends: identifiers.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })
  }

  private func name(_ index: Int) -> String { transform.schema.columns[index].name }
}
