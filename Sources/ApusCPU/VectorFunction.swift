internal import CSIMD

/// An elementary function as the CPU's kernels compute it, for tests of its accuracy.
package enum VectorFunction: CaseIterable, Sendable {
  /// `exp(x)`; below -87.33 zero.
  case exponential
  /// `log(x)` of a normal positive number.
  case logarithm
  /// `log1p(exp(-|x|))`.
  case logarithm1pExponential
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// `tanh(x)`.
  case hyperbolicTangent

  /// The function of each element, computed at one instruction set level.
  package func callAsFunction(_ x: [Float], level: InstructionSet) -> [Float] {
    precondition(level.isSupported, "\(level) is not supported on this machine")
    return unsafe [Float](unsafeUninitializedCapacity: x.count) { result, count in
      guard let destination = result.baseAddress else { return }
      unsafe x.withUnsafeBufferPointer { x in
        guard let source = x.baseAddress else { return }
        unsafe apus_apply(level.isa, function, x.count, source, destination)
      }
      count = x.count
    }
  }

  private var function: apus_function {
    switch self {
    case .exponential: APUS_FUNCTION_EXP
    case .logarithm: APUS_FUNCTION_LOG
    case .logarithm1pExponential: APUS_FUNCTION_LOG1P_EXP_NEGATED
    case .sigmoid: APUS_FUNCTION_SIGMOID
    case .hyperbolicTangent: APUS_FUNCTION_TANH
    }
  }
}
