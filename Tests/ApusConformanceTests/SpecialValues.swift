import ApusCompute

/// Numbers at the ends of Float's range, and those that are none.
///
/// The rule that the suite holds every backend to: a result is NaN exactly where the formula in
/// Double gives NaN, infinite exactly where the formula's value rounds to infinity in Float, and
/// otherwise as near as for ordinary numbers. The sign of a zero result is not promised, and a
/// subnormal result may be flushed to zero.
enum SpecialValues {
  /// A number below the normal ones, whose digits are few.
  static let subnormal = Float(bitPattern: 71_362)

  static let all: [Float] = [
    .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, subnormal, -subnormal,
    .leastNormalMagnitude, 1e-20, -1e-20, 1, -1, 100, -100, 1e10, -1e10, 1e20, -1e20,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]

  /// Every pair of special values, as two columns.
  static let pairs: (first: [Float], second: [Float]) = {
    let pairs = all.flatMap { first in all.map { (first, $0) } }
    return (pairs.map(\.0), pairs.map(\.1))
  }()

  /// Whether `value` is what the rule asks for where the formula's value is `expected`.
  ///
  /// - Parameters:
  ///   - value: The result.
  ///   - expected: The formula's value.
  ///   - tolerance: The error that is let through, relative to 1 or to what is expected where that
  ///     is larger.
  /// - Returns: True where it is.
  static func agrees(_ value: Float, _ expected: Double, tolerance: Double = 2e-6) -> Bool {
    if expected.isNaN { return value.isNaN }
    if Float(expected).isInfinite { return value == Float(expected) }
    return abs(Double(value) - expected) <= tolerance * max(1, abs(expected))
  }

  /// Whether `value` is `expected` to the bit, but for a NaN's payload, a zero's sign and, where
  /// `flushes` is true, a subnormal number that became zero.
  static func equals(_ value: Float, _ expected: Double, flushes: Bool = false) -> Bool {
    if flushes && abs(expected) < Double(Float.leastNormalMagnitude) && value == 0 { return true }
    return expected.isNaN ? value.isNaN : value == Float(expected)
  }
}

extension BackendUnderTest {
  /// Whether the device may take subnormal numbers for zeros: OpenCL leaves that open.
  var flushesSubnormals: Bool { backend.device.kind != .cpu || backend.device.vendor != "Apus" }
}
