import ApusCompute
import ApusData
import ApusTraining
import Testing

@Suite("Calibration")
struct CalibrationTests {
  /// Forty logits, exact in binary, and labels that they do not explain wholly.
  private let logits = (0..<40).map { Float(13 * $0 % 29 - 14) / 4 }
  private let targets: [Float] = [
    0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0,
    1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1,
  ]

  @Test("Platt's slope and offset are those of SciPy's BFGS on the same loss")
  func platt() {
    let (scale, shift) = PlattScaling.fit(logits: logits, targets: targets)
    #expect(abs(scale - 0.39144350713297255) < 1e-7)
    #expect(abs(shift + 0.0683521139877729) < 1e-7)
  }

  @Test("Platt's fit is finite where the classes are told apart, and where logits are equal")
  func plattExtremes() {
    let apart = PlattScaling.fit(logits: [-2, -1, 1, 2], targets: [0, 0, 1, 1])
    #expect(apart.scale > 0 && apart.scale < 10 && abs(apart.shift) < 1e-6)
    let equal = PlattScaling.fit(logits: [0, 0, 0, 0], targets: [1, 0, 1, 1])
    // The smoothed targets' mean: (3 x 4/5 + 1/3) / 4.
    let mean = (3 * 0.8 + 1.0 / 3) / 4
    #expect(
      abs(LogitMap.affine(scale: equal.scale, shift: equal.shift).probability(0) - mean) < 1e-6)
  }

  @Test("temperatures are those of SciPy's bounded search, of two and of three classes")
  func temperature() {
    let two = TemperatureScaling.temperature(logits: logits, targets: targets)
    #expect(abs(two - 2.264974070635476) < 1e-6)
    let three = (0..<90).map { index in
      let (row, label) = (index / 3, index % 3)
      let place = 5 * row + 3 * label * label + row * label
      return Float(place % 13 - 6) / 2
    }
    let classes: [Float] = [
      0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 2, 0, 2, 1, 1, 1, 0, 0, 0, 0, 1, 2, 0, 0, 1, 2, 1, 0, 1,
    ]
    let found = TemperatureScaling.temperature(logits: three, targets: classes)
    #expect(abs(found - 1.7399574116765586) < 1e-6)
    let apart = TemperatureScaling.temperature(logits: [-1, 1], targets: [0, 1])
    #expect(abs(apart - 0.01) < 1e-9, "as cold as it may be")
  }

  @Test("isotonic blocks are scikit-learn's, joined at their centres")
  func isotonic() {
    let knots = IsotonicScaling.knots(logits: logits, targets: targets)
    let expected = [
      (-3.2083333333333335, -3.0910424533478613), (-2.125, -0.6346989734929985),
      (-0.5681818181818182, -0.17397409015972864), (0.6666666666666666, 0.6164616920076736),
      (2.1538461538461537, 0.7205066984554719), (3.5, 2.9957322735550402),
    ]
    #expect(knots.count == expected.count)
    for (knot, (x, y)) in zip(knots, expected) {
      #expect(abs(knot.x - x) < 1e-12 && abs(knot.y - y) < 1e-9)
    }
    let map = LogitMap.piecewise(knots)
    #expect(map(-2.125) == knots[1].y && map(10) == knots[5].y + 6.5)
    #expect(abs(map(-4.2083333333333335) - (knots[0].y - 1)) < 1e-12)
    let single = IsotonicScaling.knots(logits: [1, 1, 1], targets: [0, 1, 0])
    #expect(single.count == 1 && single[0].x == 1)
  }

  @Test("knots are never closer than 1/64 of the range, and at most 65")
  func spacing() {
    let many = (0..<5000).map { Float($0 * 7919 % 5000) / 500 - 5 }
    let knots = IsotonicScaling.knots(
      logits: many, targets: many.map { Int($0 * 977) % 10 < Int($0 + 5) ? 1 : 0 })
    #expect(2...65 ~= knots.count)
    for (left, right) in zip(knots, knots.dropFirst()) {
      #expect(right.x - left.x >= 9.998 / 64 && right.y > left.y)
    }
  }

  @Test("methods that do not suit a task, or have no rows, are refused")
  func refusals() {
    #expect(throws: DataError.self) {
      try CalibrationMethod.platt.check(loss: .softmaxCrossEntropy, rows: 10)
    }
    #expect(throws: DataError.self) {
      try CalibrationMethod.temperature.check(loss: .meanSquaredError, rows: 10)
    }
    #expect(throws: DataError.self) {
      try CalibrationMethod.isotonic.check(loss: .binaryCrossEntropy, rows: 0)
    }
    #expect(throws: Never.self) {
      try CalibrationMethod.temperature.check(loss: .softmaxCrossEntropy, rows: 1)
      try CalibrationMethod.none.check(loss: .meanSquaredError, rows: 0)
    }
  }
}
