public import ApusCompute
internal import ApusRandom

/// How a parameter starts.
///
/// Draws are counter-based: element i of a parameter depends on the seed and on i alone.
public enum Initializer: String, Hashable, Sendable, Codable {
  /// All zeros.
  case zeros
  /// Uniform in ±sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010).
  case glorotUniform
  /// Uniform in ±sqrt(6 / inputs) (He et al. 2015).
  case heUniform

  /// The elements of a parameter of `shape`, row-major, inputs x outputs.
  ///
  /// - Parameters:
  ///   - shape: the parameter's shape.
  ///   - seed: the run's seed.
  ///   - stream: a number that no other parameter of the run has.
  /// - Returns: the elements, `shape.count` of them.
  public func values(shape: Shape, seed: UInt64, stream: UInt64) -> [Float] {
    let count = shape.count(batchSize: 1)
    let outputs = shape.columns
    let inputs = count / outputs
    let limit: Float
    switch self {
    case .zeros: return [Float](repeating: 0, count: count)
    case .glorotUniform: limit = (6 / Float(inputs + outputs)).squareRoot()
    case .heUniform: limit = (6 / Float(inputs)).squareRoot()
    }
    let random = Philox(seed: seed, stream: stream)
    return (0..<count).map { limit * (2 * random.uniform($0) - 1) }
  }
}
