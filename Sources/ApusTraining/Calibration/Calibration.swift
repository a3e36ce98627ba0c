internal import ApusCompute
internal import ApusMetrics
internal import ApusModel

/// A net whose scores were calibrated on held rows.
struct Calibration {
  /// The graph from features to calibrated scores.
  let graph: Graph
  /// The values of its variables.
  let weights: [String: [Float]]
  /// What was done, for the manifest; nil where nothing was.
  let report: CalibrationReport?

  /// Fits a method and makes it part of the net.
  ///
  /// - Parameters:
  ///   - method: how to calibrate.
  ///   - graph: the graph that scores, as it was trained.
  ///   - weights: the values of its variables.
  ///   - loss: the loss that it was trained with, which suits the method.
  ///   - rows: the validation rows.
  ///   - backend: the device that computes their logits.
  /// - Throws: `ComputeError` when the device fails.
  init(
    _ method: CalibrationMethod, of graph: Graph, weights: [String: [Float]], loss: Loss,
    on rows: Examples, backend: any Backend
  ) throws {
    guard method != .none else {
      self.init(graph: graph, weights: weights, report: nil)
      return
    }
    let logits = try Predictor(graph.untilLogits, weights: weights, backend: backend)
      .predictions(for: rows)
    let (map, parameters) = method.fit(logits: logits, targets: rows.targets)
    let (result, calibrated) = try graph.calibrated(by: map, weights: weights)
    func metrics(_ graph: Graph, _ weights: [String: [Float]]) throws -> Metrics {
      Metrics(
        predictions: try Predictor(graph, weights: weights, backend: backend)
          .predictions(for: rows), targets: rows.targets, loss: loss)
    }
    let (before, after) = (try metrics(graph, weights), try metrics(result, calibrated))
    self.init(
      graph: result, weights: calibrated,
      report: CalibrationReport(
        method: method.rawValue, parameters: parameters, layers: map.layers, rows: rows.count,
        before: before.calibration, after: after.calibration))
  }

  private init(graph: Graph, weights: [String: [Float]], report: CalibrationReport?) {
    self.graph = graph
    self.weights = weights
    self.report = report
  }
}

extension Metrics {
  fileprivate var calibration: CalibrationReport.Quality {
    CalibrationReport.Quality(
      logLoss: self["logLoss"] ?? .nan, calibrationError: self["calibrationError"] ?? .nan)
  }
}

extension CalibrationMethod {
  /// What becomes of a logit, and the fitted numbers by name.
  fileprivate func fit(
    logits: [Float], targets: [Float]
  ) -> (LogitMap, parameters: [String: Double]) {
    switch self {
    case .none: return (.affine(scale: 1, shift: 0), [:])
    case .temperature:
      let temperature = TemperatureScaling.temperature(logits: logits, targets: targets)
      return (.affine(scale: 1 / temperature, shift: 0), ["temperature": temperature])
    case .platt:
      let (scale, shift) = PlattScaling.fit(logits: logits, targets: targets)
      return (.affine(scale: scale, shift: shift), ["scale": scale, "shift": shift])
    case .isotonic:
      let knots = IsotonicScaling.knots(logits: logits, targets: targets)
      return (.piecewise(knots), ["knots": Double(knots.count)])
    }
  }
}
