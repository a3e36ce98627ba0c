#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The few functions of the C mathematics library that the simulation needs, by their names.
package enum Mathematics {
  /// Returns e to a power.
  package static func exponential(_ value: Double) -> Double { exp(value) }

  /// Returns the natural logarithm.
  package static func logarithm(_ value: Double) -> Double { log(value) }

  /// Returns the square root.
  package static func squareRoot(_ value: Double) -> Double { value.squareRoot() }

  /// Returns the sine of an angle in radians.
  package static func sine(_ angle: Double) -> Double { sin(angle) }

  /// Returns the cosine of an angle in radians.
  package static func cosine(_ angle: Double) -> Double { cos(angle) }

  /// Returns the logistic function, `1 / (1 + exp(-value))`.
  package static func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

  /// Returns how far a quantity has come towards its ceiling, `1 - exp(-value / scale)`.
  ///
  /// - Parameters:
  ///   - value: The quantity, not negative.
  ///   - scale: The value at which 63 % of the ceiling is reached.
  /// - Returns: The share of the ceiling, from 0 to 1.
  package static func saturation(_ value: Double, scale: Double) -> Double {
    1 - exp(-value / scale)
  }

  /// Returns a value rounded to a number of decimals, exactly as a CSV file will show it.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - decimals: How many digits to keep after the point.
  /// - Returns: The nearest such number.
  package static func rounded(_ value: Double, decimals: Int) -> Double {
    let scale = powerOfTen(decimals)
    return (value * scale).rounded() / scale
  }

  /// Returns a power of ten.
  ///
  /// - Parameter exponent: The exponent, not negative.
  /// - Returns: Ten to that power.
  package static func powerOfTen(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
