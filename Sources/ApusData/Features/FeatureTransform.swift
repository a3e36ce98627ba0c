internal import Synchronization

/// The fitted way from raw columns to the features that a net takes.
///
/// Everything in it comes from the training rows. It is stored in the artifact and runs, as the
/// same code over the same numbers, in training, in evaluation and in the server. To use it, make a
/// `FeatureEncoder`.
public struct FeatureTransform: Codable, Hashable, Sendable {
  /// The raw columns, and the label.
  public let schema: Schema

  /// One fitted encoder per column of the schema, in its order.
  public let encoders: [ColumnEncoder]

  /// What was left out, and why, and which columns one value made strings: one sentence each.
  public let notes: [String]

  /// The number of features of a row.
  public var width: Int { encoders.reduce(0) { $0 + $1.width } }

  /// A name for each feature, in order.
  public var featureNames: [String] {
    zip(schema.columns, encoders).flatMap { $1.featureNames(of: $0.name) }
  }

  /// Fits a transform to the training rows of a table.
  ///
  /// Columns of text without a declared form, columns with no value or only one, and those that
  /// the options drop are left out of the schema; `notes` says so.
  ///
  /// - Parameters:
  ///   - table: The table; every column but the label may become features.
  ///   - rows: The training rows, without repetition; sums are taken in this order.
  ///   - label: The label, which is kept in the schema.
  ///   - options: How columns become features.
  /// - Throws: `DataError` with `noRows`, `noFeatures`, `missingColumn` (an option names a column
  ///   that is not there), `invalidOption` or `nonFinite`.
  public init(
    fitting table: Table,
    rows: [Int],
    label: Label,
    options: FeatureOptions = FeatureOptions()
  ) throws(DataError) {
    try self.init(
      fitting: table, rows: rows, label: label, options: options, gatheredRowLimit: 1 << 20)
  }

  /// Fits a transform in a bounded memory; the transform does not depend on the bound.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - rows: The training rows, without repetition.
  ///   - label: The label.
  ///   - options: How columns become features.
  ///   - gatheredRowLimit: The training rows above which a column's numbers are not gathered in
  ///     memory but looked at again in each pass.
  /// - Throws: What ``init(fitting:rows:label:options:)`` throws.
  package init(
    fitting table: Table, rows: [Int], label: Label, options: FeatureOptions,
    gatheredRowLimit: Int
  ) throws(DataError) {
    guard !rows.isEmpty else { throw DataError(.noRows, "there are no training rows") }
    for name in options.namedColumns.sorted() {
      _ = try table.requiredColumn(named: name)
    }
    var columns: [Schema.Column] = []
    var encoders: [ColumnEncoder] = []
    // The label's too: one value may make classes of its numbers.
    var notes = table.columns.filter { !options.droppedColumns.contains($0.name) }
      .compactMap(\.contradictionNote)
    let results = Self.fit(
      table, rows: rows, label: label, options: options, gatheredRowLimit: gatheredRowLimit)
    for (column, result) in zip(table.columns, results) where column.name != label.name {
      guard !options.droppedColumns.contains(column.name) else {
        notes.append("\(column.name): left out as asked")
        continue
      }
      switch try result?.get() {
      case nil: break
      case .fitted(let encoder, let rule):
        columns.append(
          Schema.Column(name: column.name, kind: column.kind, missingRule: rule)
        )
        encoders.append(encoder)
        if case .identifiers = encoder.encoding, options.forms[column.name] == nil {
          notes.append("\(column.name): \(encoder), for it has many categories")
        }
      case .leftOut(let reason):
        notes.append("\(column.name): left out, \(reason)")
      }
    }
    guard !columns.isEmpty else {
      throw DataError(
        .noFeatures,
        (["no column is left to compute features from"] + notes).joined(separator: "; "),
        file: table.file
      )
    }
    self.schema = Schema(columns: columns, label: label)
    self.encoders = encoders
    self.notes = notes
  }

  /// Fits each column by itself, several at a time.
  ///
  /// - Returns: The result of each column; nil for the label and those that are left out.
  private static func fit(
    _ table: Table,
    rows: [Int],
    label: Label,
    options: FeatureOptions,
    gatheredRowLimit: Int
  ) -> [Result<ColumnFitting.Result, DataError>?] {
    let results = Mutex(
      [Result<ColumnFitting.Result, DataError>?](
        repeating: nil, count: table.columns.count))
    let isSmall = rows.count * table.columns.count < 1 << 16
    Concurrency.perform(table.columns.count, threads: isSmall ? 1 : threadLimit) { index in
      let column = table.columns[index]
      guard column.name != label.name, !options.droppedColumns.contains(column.name) else { return }
      let fitting = ColumnFitting(
        column: column, rows: rows, options: options, gatheredRowLimit: gatheredRowLimit)
      let result = Result { () throws(DataError) in try fitting.result() }
      results.withLock { $0[index] = result }
    }
    return results.withLock(\.self)
  }

  private static let threadLimit = 4
}
