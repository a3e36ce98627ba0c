/// Which of several devices runs a model fastest, by the rows of the batch.
public struct CostModel: Hashable, Sendable, Codable {
  /// The devices' curves; at equal cost the first one wins.
  public let curves: [CostCurve]

  /// Makes a model.
  ///
  /// - Precondition: there is at least one curve.
  public init(_ curves: [CostCurve]) {
    precondition(!curves.isEmpty, "a cost model needs at least one device")
    self.curves = curves
  }

  /// The device on which a run of `rows` rows will take the least time.
  public func cheapestDevice(rows: Int) -> DeviceDescription { cheapestCurve(rows: rows).device }

  /// The curve of that device.
  public func cheapestCurve(rows: Int) -> CostCurve {
    var best = curves[0]
    var time = best.prediction(rows: rows).total
    for curve in curves.dropFirst() {
      let other = curve.prediction(rows: rows).total
      if other < time { (best, time) = (curve, other) }
    }
    return best
  }
}
