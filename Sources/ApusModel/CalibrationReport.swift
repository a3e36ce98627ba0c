/// How a model's scores were calibrated, measured when it was sealed.
public struct CalibrationReport: Codable, Hashable, Sendable {
  /// How well scores are calibrated.
  public struct Quality: Codable, Hashable, Sendable {
    /// The log loss.
    public let logLoss: Double
    /// The expected calibration error, of 15 bins.
    public let calibrationError: Double

    /// Names two figures.
    public init(logLoss: Double, calibrationError: Double) {
      self.logLoss = logLoss
      self.calibrationError = calibrationError
    }
  }

  /// The method by name.
  public let method: String
  /// What was fitted, by name.
  public let parameters: [String: Double]
  /// The layers that the net gained at its end.
  public let layers: Int
  /// The validation rows that it was fitted and measured on.
  public let rows: Int
  /// What the scores were before.
  public let before: Quality
  /// What they are now.
  public let after: Quality

  /// Describes a calibration.
  public init(
    method: String, parameters: [String: Double], layers: Int, rows: Int, before: Quality,
    after: Quality
  ) {
    self.method = method
    self.parameters = parameters
    self.layers = layers
    self.rows = rows
    self.before = before
    self.after = after
  }
}

extension CalibrationReport: CustomStringConvertible {
  /// The figures in one line, to four decimals.
  public var description: String {
    func figure(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
    let fitted = parameters.sorted { $0.key < $1.key }
      .map { "\($0.key) \(figure($0.value))" }.joined(separator: ", ")
    return "calibrated by \(method) (\(fitted)) on \(rows) validation rows: calibration error"
      + " \(figure(before.calibrationError)) -> \(figure(after.calibrationError)), log loss"
      + " \(figure(before.logLoss)) -> \(figure(after.logLoss))"
  }
}
