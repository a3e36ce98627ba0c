public import ApusModel
public import ApusTraining

/// All that a report shows of one run, as the page embeds it and `report.json` keeps it.
public struct RunReport: Codable, Hashable, Sendable {
  /// The format that this code writes and reads.
  public static let currentFormatVersion = 1

  /// What was predicted.
  public struct Target: Codable, Hashable, Sendable {
    /// The column.
    public let name: String
    /// `binary`, `multiclass` or `regression`.
    public let task: String
    /// The classes as they are written, in the order of their numbers; none for a regression.
    public let classes: [String]
    /// The loss by name.
    public let loss: String
  }

  /// How the run went.
  public struct Course: Codable, Hashable, Sendable {
    /// What each epoch did.
    public let epochs: [EpochRecord]
    /// The epoch that the weights are from, counted from 1.
    public let bestEpoch: Int
    /// Why the run ended.
    public let ending: String
    /// The time that training and validation took.
    public let seconds: Double
  }

  /// The format of this report.
  public var formatVersion = RunReport.currentFormatVersion
  /// The model's name.
  public var model: String
  /// The model's version.
  public var version: Int
  /// The software that wrote the model.
  public var writer: String
  /// The SHA-256 that seals the model's manifest.
  public var seal: String
  /// What was predicted.
  public var target: Target
  /// The words of the command that trained it, the program first.
  public var command: [String]
  /// Where the report was made.
  public var environment: RunEnvironment
  /// How the model came to be.
  public var training: Manifest.Training
  /// How the run went; nil where only the model is at hand.
  public var course: Course?
  /// The metrics of the parts that were held out, by part and name.
  public var metrics: [String: [String: Double]]
  /// How the recipe does over several folds, where that was asked for.
  public var crossValidation: CrossValidationReport?
  /// How scores were calibrated, where they were.
  public var calibration: CalibrationReport?
  /// The least score of a positive row, where one was chosen.
  public var decision: DecisionThreshold?
  /// What the sealed model says of rows that it was not trained on.
  public var heldOut: HeldOutPart
  /// What each column is worth, the most valuable first.
  public var importance: [ColumnImportance]
  /// The columns of the data.
  public var columns: [ColumnSummary]
  /// Columns that were left out, and why, and what else there is to know.
  public var notes: [String]
  /// The operations of the net, first to last.
  public var layers: [LayerSummary]
}
