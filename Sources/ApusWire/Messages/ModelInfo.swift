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
    /// The name.
    public var name: String
    /// The kind of its values.
    public var kind: RawColumn.Kind
    /// The categories that the model knows, if it publishes them.
    public var categories: [String]

    /// Creates a column.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - kind: The kind of its values.
    ///   - categories: The categories that the model knows, if it publishes them.
    public init(name: String, kind: RawColumn.Kind, categories: [String] = []) {
      self.name = name
      self.kind = kind
      self.categories = categories
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
    self.outputNames = outputNames
    self.columns = columns
    self.device = device
    self.digest = digest
  }
}
