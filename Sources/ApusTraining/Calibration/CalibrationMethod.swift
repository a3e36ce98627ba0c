public import ApusCompute
public import ApusData

/// How scores are made to mean what they say: that of rows scored 0.3, three in ten come true.
///
/// | method | of a logit z | for |
/// |---|---|---|
/// | none | z | every task |
/// | temperature | z / T | two or more classes |
/// | platt | a z + b | two classes |
/// | isotonic | a rising line through knots | two classes |
///
/// Each is fitted on validation rows after training and becomes part of the net, so that every
/// device and the server give calibrated scores.
public enum CalibrationMethod: String, Hashable, Sendable, CaseIterable {
  /// Scores stay as they were learned.
  case none
  /// One number divides all logits: see `TemperatureScaling`.
  case temperature
  /// A slope and an offset: see `PlattScaling`.
  case platt
  /// Any rising curve: see `IsotonicScaling`.
  case isotonic

  /// Checks before long work that the method can be fitted.
  ///
  /// - Parameters:
  ///   - loss: the loss that the net is trained with.
  ///   - rows: the number of validation rows.
  /// - Throws: `DataError.invalidOption` saying what to choose instead.
  public func check(loss: Loss, rows: Int) throws(DataError) {
    let suits =
      switch self {
      case .none: true
      case .temperature: loss == .binaryCrossEntropy || loss == .softmaxCrossEntropy
      case .platt, .isotonic: loss == .binaryCrossEntropy
      }
    guard suits else {
      throw DataError(
        .invalidOption, "the calibration \(rawValue) does not suit the loss \(loss.rawValue)",
        expected: loss == .softmaxCrossEntropy ? "temperature or none" : "none", found: rawValue)
    }
    guard self == .none || rows > 0 else {
      throw DataError(
        .invalidOption, "calibration is fitted on validation rows, and there are none",
        expected: "a share of rows for validation", found: "0 rows")
    }
  }
}
