extension FeatureTransform {
  enum CodingKeys: String, CodingKey {
    case schema, encoders, notes
  }

  /// Reads a transform that was written before, and checks it.
  ///
  /// - Parameter decoder: Where to read.
  /// - Throws: `DecodingError` when the schema and the encoders do not fit each other, or an
  ///   encoder holds numbers or categories that fitting cannot have made. What is read can
  ///   therefore encode any table.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    schema = try container.decode(Schema.self, forKey: .schema)
    encoders = try container.decode([ColumnEncoder].self, forKey: .encoders)
    notes = try container.decode([String].self, forKey: .notes)
    func fault(_ message: String) -> DecodingError {
      .dataCorruptedError(forKey: .encoders, in: container, debugDescription: message)
    }
    guard !encoders.isEmpty, encoders.count == schema.columns.count else {
      throw fault("there are \(encoders.count) encoders for \(schema.columns.count) columns")
    }
    guard Set(schema.columns.map(\.name)).count == schema.columns.count else {
      throw fault("two columns have the same name")
    }
    for (column, encoder) in zip(schema.columns, encoders) {
      if let message = encoder.fault(forColumnOf: column.kind) {
        throw fault("column \"\(column.name)\": \(message)")
      }
    }
  }
}
