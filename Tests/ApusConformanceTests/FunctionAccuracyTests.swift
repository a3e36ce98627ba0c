import ApusCPU
import Foundation
import Testing

/// The CPU's elementary functions, in units in the last place.
@Suite("Function accuracy")
struct FunctionAccuracyTests {
  private static let functions:
    [(VectorFunction, @Sendable (Double) -> Double, ClosedRange<Float>)] = [
      (.exponential, { exp($0) }, -87...88.7),
      (.logarithm, { log($0) }, 1e-37...1e37),
      (.logarithm1pExponential, { log1p(exp(-abs($0))) }, -60...60),
      (.sigmoid, { 1 / (1 + exp(-$0)) }, -80...80),
      (.hyperbolicTangent, { tanh($0) }, -12...12),
    ]

  @Test("within 4 ulp on every level", arguments: InstructionSet.supported)
  func accuracy(_ level: InstructionSet) {
    for (function, exact, range) in Self.functions {
      var inputs: [Float] = []
      for index in 0..<20_001 {
        let fraction = Float(index) / 20_000
        inputs.append(range.lowerBound + fraction * (range.upperBound - range.lowerBound))
        // The neighbourhood of 0 and 1, where relative error is hardest to keep.
        let near = Float(sign: .plus, exponent: -(index % 30), significand: 1 + fraction)
        if range.contains(near) { inputs.append(near) }
      }
      let results = function(inputs, level: level)
      var worst = 0.0
      for (x, y) in zip(inputs, results) {
        let expected = exact(Double(x))
        worst = max(worst, abs(Double(y) - expected) / Double(Float(expected).ulp))
      }
      #expect(worst <= 4, "\(function) on \(level): \(worst) ulp")
    }
  }
}
