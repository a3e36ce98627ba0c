public import ApusCompute
public import ApusData

/// What an artifact says of itself: `manifest.json`.
public struct Manifest: Codable, Hashable, Sendable {
  /// The newest format that this code reads.
  ///
  /// | format | has | software of the format before |
  /// |---|---|---|
  /// | 1 | | |
  /// | 2 | `scoringPrecision` | would score in float32, which it must not |
  /// | 3 | operations on the steps of a row | does not know them |
  ///
  /// A model is written in the least format that has what it needs, so that older software loads
  /// whatever it would score right.
  public static let currentFormatVersion = 3

  /// The least format that has all operations of a graph.
  static func format(of graph: Graph) -> Int {
    graph.nodes.contains { if case .sequence = $0.operation { true } else { false } } ? 3 : 1
  }

  /// A file of the artifact.
  public struct File: Codable, Hashable, Sendable {
    /// Its length.
    public let bytes: Int
    /// Its digest.
    public let sha256: Digest
  }

  /// How the golden rows are compared.
  public struct Golden: Codable, Hashable, Sendable {
    /// The number of rows.
    public let rows: Int
    /// The greatest difference between a score and the sealed one, relative to 1 or to the sealed
    /// score where that is larger.
    public let tolerance: Double
  }

  /// How the model came to be.
  public struct Training: Codable, Hashable, Sendable {
    /// The SHA-256 of the data file.
    public var dataFingerprint: Digest
    /// The rows that the file had after cleaning.
    public var rows: Int
    /// The exact duplicates that cleaning dropped.
    public var duplicatesDropped: Int
    /// The rows in each part: training, validation, test.
    public var split: [Int]
    /// How rows were divided into them; nil in a manifest of before this was kept.
    public var splitRule: SplitRule?
    /// The run's seed.
    public var seed: UInt64
    /// The epochs that were run.
    public var epochsRun: Int
    /// The rows in a batch.
    public var batchSize: Int
    /// The optimizer, in words.
    public var optimizer: String
    /// The device that trained.
    public var device: DeviceDescription

    /// Describes a run.
    public init(
      dataFingerprint: Digest, rows: Int, duplicatesDropped: Int, split: [Int],
      splitRule: SplitRule? = nil, seed: UInt64, epochsRun: Int, batchSize: Int,
      optimizer: String, device: DeviceDescription
    ) {
      self.dataFingerprint = dataFingerprint
      self.rows = rows
      self.duplicatesDropped = duplicatesDropped
      self.split = split
      self.splitRule = splitRule
      self.seed = seed
      self.epochsRun = epochsRun
      self.batchSize = batchSize
      self.optimizer = optimizer
      self.device = device
    }
  }

  /// The format of the artifact.
  public var formatVersion = 1
  /// The SHA-256 of this file with zeros in this place, so that no byte of it can change unseen.
  public var seal = Digest.zeros
  /// The software that wrote it.
  public var writer: String
  /// The model's name.
  public var name: String
  /// The model's version, counted from 1.
  public var version: Int
  /// The loss that it was trained with, which says what a score means.
  public var loss: Loss
  /// The fitted way from raw columns to features.
  public var transform: FeatureTransform
  /// The graph from features to scores.
  public var graph: Graph
  /// How the model came to be.
  public var training: Training
  /// The metrics of the parts that were held out, by part and name.
  public var metrics: [String: [String: Double]]
  /// How the golden rows are compared.
  public var golden: Golden
  /// What its precision costs, where that is not float32.
  public var scoringPrecision: PrecisionReport?
  /// How its scores were calibrated, where they were.
  public var calibration: CalibrationReport?
  /// The least score of a positive row, where one was chosen; else it is 0.5.
  public var decision: DecisionThreshold?
  /// How its recipe does over several folds, where that was asked for.
  public var crossValidation: CrossValidationReport?
  /// The other files, by name.
  public var files: [String: File] = [:]
}
