public import ApusCompute
public import ApusData

/// A sealed model: weights, the transforms that feed them, and the proof that they work.
///
/// ```
/// models/<name>/<version>/
///   manifest.json         schema, transforms, graph, metrics, digests of everything
///   weights.safetensors   the trained parameters
///   golden.safetensors    rows of features and the scores that they must give
/// ```
/// It is written once, atomically, and never edited after.
public struct Artifact: Sendable {
  static let manifestFile = "manifest.json"
  static let weightsFile = "weights.safetensors"
  static let goldenFile = "golden.safetensors"

  /// The greatest difference that devices may show on a golden row.
  public static let goldenTolerance = 1e-4
  /// The most golden rows that are kept.
  public static let goldenRowLimit = 64

  /// What the artifact says of itself.
  public internal(set) var manifest: Manifest
  /// The trained parameters by name.
  public let weights: [String: [Float]]
  /// The golden rows' features, row by row.
  public let goldenFeatures: [Float]
  /// The golden rows' scores, row by row.
  public let goldenScores: [Float]

  /// Assembles a model that is not sealed yet.
  ///
  /// - Parameters:
  ///   - name: the model's name, `[a-z0-9_.-]{1,64}`.
  ///   - loss: the loss that it was trained with.
  ///   - transform: the fitted way from raw columns to features.
  ///   - graph: the graph from features to scores.
  ///   - weights: the trained parameters by name.
  ///   - golden: features and scores of a few rows, row by row.
  ///   - training: how the model came to be.
  ///   - metrics: the metrics of the parts that were held out.
  ///   - calibration: how its scores were calibrated, where they were.
  ///   - decision: the least score of a positive row, where one was chosen.
  ///   - crossValidation: how its recipe does over several folds, where that was asked for.
  ///   - writer: the software that writes it.
  public init(
    name: String, loss: Loss, transform: FeatureTransform, graph: Graph,
    weights: [String: [Float]], golden: (features: [Float], scores: [Float]),
    training: Manifest.Training, metrics: [String: [String: Double]],
    calibration: CalibrationReport? = nil, decision: DecisionThreshold? = nil,
    crossValidation: CrossValidationReport? = nil, writer: String
  ) {
    self.manifest = Manifest(
      formatVersion: Manifest.format(of: graph), writer: writer, name: name, version: 1, loss: loss,
      transform: transform, graph: graph,
      training: training, metrics: metrics,
      golden: Manifest.Golden(
        rows: golden.features.count / transform.width, tolerance: Self.goldenTolerance),
      calibration: calibration, decision: decision, crossValidation: crossValidation)
    self.weights = weights
    self.goldenFeatures = golden.features
    self.goldenScores = golden.scores
  }

  init(
    manifest: Manifest, weights: [String: [Float]], goldenFeatures: [Float],
    goldenScores: [Float]
  ) {
    self.manifest = manifest
    self.weights = weights
    self.goldenFeatures = goldenFeatures
    self.goldenScores = goldenScores
  }

  /// The number of scores that a row gets.
  public var outputWidth: Int {
    manifest.graph[manifest.graph.outputs[0]].shape.columns
  }
}
