/// The description of one served model: all that a client needs to score with it.
public struct ModelInfo: Equatable, Sendable {
  /// What the scores mean.
  public enum Task: UInt8, Sendable {
    /// A real number.
    case regression = 1
    /// The probability of one outcome.
    case binaryClassification = 2
    /// The probabilities of several outcomes.
    case classification = 3
  }

  /// One raw column.
  public struct Column: Equatable, Sendable {
    /// What the values of a column mean in the user's table.
    public enum ValueKind: UInt8, Sendable, CaseIterable {
      /// True or false.
      case boolean = 1
      /// Whole numbers of at most 2^53 in size.
      case integer = 2
      /// Numbers.
      case real = 3
      /// Text with few distinct values.
      case category = 4
      /// Text with mostly distinct values.
      case text = 5
      /// Seconds since 1970-01-01T00:00:00Z.
      case timestamp = 6
    }

    /// The name.
    public var name: String
    /// What the values mean.
    public var valueKind: ValueKind
    /// The categories that the model knows, if it publishes them.
    public var categories: [String]

    /// Creates a column.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - valueKind: What the values mean.
    ///   - categories: The categories that the model knows, if it publishes them.
    public init(name: String, valueKind: ValueKind, categories: [String] = []) {
      self.name = name
      self.valueKind = valueKind
      self.categories = categories
    }

    /// How SCORE carries the values.
    public var kind: RawColumn.Kind {
      switch valueKind {
      case .boolean: .boolean
      case .integer, .real, .timestamp: .number
      case .category, .text: .category
      }
    }
  }

  /// The bytes of a digest.
  public static let digestLength = 32

  /// The handle for SCORE.
  public var handle: ModelHandle
  /// The name, `[a-z0-9_.-]{1,64}`.
  public var name: String
  /// The version, `[a-z0-9_.-]{1,64}`.
  public var version: String
  /// The hash of the schema that rows must be made for.
  public var schemaHash: UInt64
  /// What the scores mean.
  public var task: Task
  /// The numbers in a float row.
  public var featureWidth: Int
  /// The scores per row.
  public var outputWidth: Int
  /// The numbers of a row's embedding; 0 if the model gives none.
  public var embeddingWidth: Int
  /// The names of the scores; empty, or one per score.
  public var outputNames: [String]
  /// The raw columns, in the order that SCORE sends them.
  public var columns: [Column]
  /// The device that computes the scores.
  public var device: String
  /// The SHA-256 digest of the artifact, 32 bytes.
  public var digest: [UInt8]

  /// Creates a description.
  ///
  /// - Parameters:
  ///   - handle: The handle for SCORE.
  ///   - name: The name, `[a-z0-9_.-]{1,64}`.
  ///   - version: The version, `[a-z0-9_.-]{1,64}`.
  ///   - schemaHash: The hash of the schema that rows must be made for.
  ///   - task: What the scores mean.
  ///   - featureWidth: The numbers in a float row.
  ///   - outputWidth: The scores per row.
  ///   - embeddingWidth: The numbers of a row's embedding; 0 if the model gives none.
  ///   - outputNames: The names of the scores; empty, or one per score.
  ///   - columns: The raw columns, in the order that SCORE sends them.
  ///   - device: The device that computes the scores.
  ///   - digest: The SHA-256 digest of the artifact, 32 bytes.
  public init(
    handle: ModelHandle,
    name: String,
    version: String,
    schemaHash: UInt64,
    task: Task,
    featureWidth: Int,
    outputWidth: Int,
    embeddingWidth: Int = 0,
    outputNames: [String] = [],
    columns: [Column] = [],
    device: String,
    digest: [UInt8]
  ) {
    precondition(ModelName.isValid(name), "'\(name)' does not match [a-z0-9_.-]{1,64}")
    precondition(ModelName.isValid(version), "'\(version)' does not match [a-z0-9_.-]{1,64}")
    precondition(digest.count == Self.digestLength, "a digest is 32 bytes, not \(digest.count)")
    precondition(
      columns.count <= WireLimits.columnsPerRequest,
      "a model has at most 65535 columns, not \(columns.count)"
    )
    precondition(
      outputNames.isEmpty || outputNames.count == outputWidth,
      "there are \(outputNames.count) names for \(outputWidth) scores"
    )
    self.handle = handle
    self.name = name
    self.version = version
    self.schemaHash = schemaHash
    self.task = task
    self.featureWidth = featureWidth
    self.outputWidth = outputWidth
    self.embeddingWidth = embeddingWidth
    self.outputNames = outputNames
    self.columns = columns
    self.device = device
    self.digest = digest
  }
}
