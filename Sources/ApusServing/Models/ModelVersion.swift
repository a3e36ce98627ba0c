public import ApusWire

/// One sealed version of a model, loaded and ready.
///
/// Whoever holds one may go on scoring with it: a version that was replaced or unloaded leaves
/// memory when the last request on it has been answered.
public final class ModelVersion: Sendable {
  /// The model.
  public let model: any ServedModel

  /// The description of this very version, with its artifact handle.
  public let info: ModelInfo

  /// What scoring takes.
  public let cost: ScoringCost

  /// What has been counted of its work.
  public let metrics = VersionMetrics()

  /// Where the last requests of its name are kept, to try new versions on; all versions of a name
  /// share one.
  public let sample: RequestSample?

  /// The columns that take whole numbers alone, if the model takes rows of nothing but numbers.
  let wholeNumberColumns: [Int]?

  /// Creates a version.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - handle: The artifact handle.
  ///   - cost: What scoring takes; an estimate by the net's size unless it was measured.
  ///   - sample: Where the last requests are kept, if they are.
  package init(
    _ model: any ServedModel, handle: ModelHandle, cost: ScoringCost? = nil,
    sample: RequestSample? = nil
  ) {
    var info = model.info
    info.handle = handle
    self.model = model
    self.sample = sample
    self.info = info
    self.cost = cost ?? ScoringCost(estimating: model)
    let takesNumbers = model.takesNumbers && info.columns.allSatisfy { $0.kind == .number }
    wholeNumberColumns =
      takesNumbers ? info.columns.indices.filter { info.columns[$0].valueKind == .integer } : nil
  }
}
