/// The raw columns that a model takes and the label that it predicts.
///
/// Clients send columns in this order. The `hash` travels with every request, so that a client with
/// another schema gets an error and never a wrong score.
public struct Schema: Codable, Hashable, Sendable {
  /// A raw column that a model takes.
  public struct Column: Codable, Hashable, Sendable {
    /// The name in the file.
    public let name: String

    /// What the values mean.
    public let kind: ColumnKind

    /// What stands in for a missing value.
    public let missingRule: MissingRule

    /// Creates a column.
    ///
    /// - Parameters:
    ///   - name: The name in the file.
    ///   - kind: What the values mean.
    ///   - missingRule: What stands in for a missing value.
    public init(name: String, kind: ColumnKind, missingRule: MissingRule) {
      self.name = name
      self.kind = kind
      self.missingRule = missingRule
    }
  }

  /// The columns, in the order in which clients send them.
  public let columns: [Column]

  /// What is predicted.
  public let label: Label

  /// Creates a schema.
  ///
  /// - Parameters:
  ///   - columns: The columns, in the order in which clients send them.
  ///   - label: What is predicted.
  public init(columns: [Column], label: Label) {
    self.columns = columns
    self.label = label
  }
}
