internal import ApusRandom

extension Philox {
  /// Number `index` of the stream, standard normal.
  func normal(_ index: Int) -> Double { Self.quantile(middle(index)) }

  /// Number `index` of the stream, standard normal and cut at ±2.
  func cutNormal(_ index: Int) -> Double {
    let below = 0.022_750_131_948_179_21
    return Self.quantile(below + (1 - 2 * below) * middle(index))
  }

  /// Number `index` of the stream, uniform in 0..<1 and never 0.
  private func middle(_ index: Int) -> Double { (Double(word(index)) + 0.5) * 0x1p-32 }

  /// The number below which a standard normal number lies with probability `p`.
  ///
  /// Relative error below 1e-7. Source: Wichura, algorithm AS 241 (PPND7), Applied Statistics 37,
  /// 1988. Only arithmetic that IEEE 754 rounds, so that the bits are the same on every machine.
  static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180_625 - q * q
      let numerator =
        ((59.109_374_720 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9
      return q * numerator / (((67.187_563_600 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1)
    }
    let r = (-logarithm(min(p, 1 - p))).squareRoot()
    let value: Double
    if r <= 5 {
      let x = r - 1.6
      let numerator =
        ((0.170_238_210_3 * x + 1.306_728_481_6) * x + 2.756_815_390_0) * x + 1.423_437_277_7
      value = numerator / ((0.120_211_329_75 * x + 0.737_001_642_5) * x + 1)
    } else {
      let x = r - 5
      let numerator =
        ((0.017_337_203_997 * x + 0.428_682_943_37) * x + 3.081_226_386_0) * x + 6.657_905_115_0
      value = numerator / ((0.012_258_202_635 * x + 0.241_978_942_25) * x + 1)
    }
    return q < 0 ? -value : value
  }

  /// The natural logarithm of a positive number: of its power of two, and of what remains by
  /// `log(s) = 2 artanh((s - 1) / (s + 1))`.
  private static func logarithm(_ x: Double) -> Double {
    let z = (x.significand - 1) / (x.significand + 1)
    var (sum, power) = (0.0, z)
    for denominator in stride(from: 1.0, through: 33, by: 2) {
      sum += power / denominator
      power *= z * z
    }
    return Double(x.exponent) * 0.693_147_180_559_945_309 + 2 * sum
  }
}
