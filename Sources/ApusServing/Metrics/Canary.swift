import ApusWire

/// One inference that shows whether a device still scores as it should.
public struct Canary: Sendable {
  /// The device that is tried, as in `apus devices`.
  public let device: String

  /// The model and version that are scored.
  public let model: String

  /// Scores, and throws if that fails or the scores are wrong; it may take as long as the device.
  public let run: @Sendable () throws -> Void

  /// Creates a canary.
  ///
  /// - Parameters:
  ///   - device: The device that is tried.
  ///   - model: The model and version that are scored.
  ///   - run: Scores, and throws if that fails or the scores are wrong.
  public init(device: String, model: String, run: @escaping @Sendable () throws -> Void) {
    self.device = device
    self.model = model
    self.run = run
  }
}

extension Canary {
  /// Scores a row of zeros, whose scores must be numbers, through the very model that serves.
  ///
  /// - Parameter model: The model that serves.
  public init(_ model: any ServedModel) {
    let info = model.info
    self.init(device: info.device, model: "\(info.name) \(info.version)") {
      let features = [Float](repeating: 0, count: info.featureWidth)
      var scores = [Float](repeating: 0, count: info.outputWidth)
      var span = scores.mutableSpan
      try model.score(floatRows: features.span, rowCount: 1, into: &span)
      guard scores.allSatisfy(\.isFinite) else { throw ScoringError.internal }
    }
  }
}
