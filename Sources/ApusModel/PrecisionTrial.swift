/// Rows on which a model is scored in two precisions.
public struct PrecisionTrial: Sendable {
  /// Features that show which values the layers' inputs take, row by row.
  public var calibration: [Float]
  /// Features of rows that were held out of training, row by row.
  public var features: [Float]
  /// How good the scores of those rows are.
  public var quality: @Sendable (_ scores: [Float]) -> ScoringQuality
  /// The greatest loss of that quality with which a model is sealed.
  public var limit: Double

  /// Describes a trial.
  ///
  /// - Parameters:
  ///   - calibration: features of rows that the model was trained on, row by row.
  ///   - features: features of rows that were held out, row by row.
  ///   - limit: the greatest loss; see `PrecisionReport.loss`.
  ///   - quality: how good scores of the held rows are.
  public init(
    calibration: [Float], features: [Float], limit: Double,
    quality: @escaping @Sendable (_ scores: [Float]) -> ScoringQuality
  ) {
    self.calibration = calibration
    self.features = features
    self.limit = limit
    self.quality = quality
  }
}
