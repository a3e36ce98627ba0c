public import ApusCompute
internal import ApusRandom

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// How a parameter starts.
///
/// Draws are counter-based: element i of a parameter depends on the seed and on i alone, except for
/// `orthogonal`, whose elements all depend on one another. `inputs` and `outputs` are the rows and
/// columns of the parameter.
public enum Initializer: Hashable, Sendable, Codable {
  /// All zeros.
  case zeros
  /// All ones.
  case ones
  /// The same number everywhere.
  case constant(Float)
  /// As many equal parts of the last extent as there are numbers, each filled with its own.
  case parts([Float])
  /// Waves by which a step knows its place t (Vaswani et al. 2017): column 2 i of inputs x outputs
  /// holds `sin(t / 10000^(2 i / outputs))`, and column 2 i + 1 the cosine of the same.
  case waves
  /// Uniform in ±limit.
  case uniform(limit: Float)
  /// Normal around 0.
  case normal(deviation: Float)
  /// Normal around 0 and cut at two deviations; the deviation is that before the cut.
  case truncatedNormal(deviation: Float)
  /// Uniform in ±sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010).
  case glorotUniform
  /// Normal with the variance 2 / (inputs + outputs), cut at two deviations (the same).
  case glorotNormal
  /// Uniform in ±sqrt(6 / inputs) (He et al. 2015).
  case heUniform
  /// Normal with the variance 2 / inputs, cut at two deviations (the same).
  case heNormal
  /// Uniform in ±sqrt(3 / inputs) (LeCun et al. 1998).
  case lecunUniform
  /// Normal with the variance 1 / inputs, cut at two deviations (the same).
  case lecunNormal
  /// A random matrix with orthonormal rows or columns, whichever are fewer, times a gain (Saxe et
  /// al. 2014).
  case orthogonal(gain: Float)

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
    let random = Philox(seed: seed, stream: stream)
    func uniform(_ limit: Float) -> [Float] {
      (0..<count).map { limit * (2 * random.uniform($0) - 1) }
    }
    // A cut normal has this deviation, so that the asked-for one is that after the cut.
    func cut(variance: Double) -> [Float] {
      let deviation = variance.squareRoot() / 0.879_625_661_034_239_78
      return (0..<count).map { Float(deviation * random.cutNormal($0)) }
    }
    switch self {
    case .zeros: return [Float](repeating: 0, count: count)
    case .ones: return [Float](repeating: 1, count: count)
    case .constant(let value): return [Float](repeating: value, count: count)
    case .parts(let numbers):
      return (0..<count).map { numbers[$0 % outputs * numbers.count / outputs] }
    case .waves:
      return (0..<count).map { element in
        let (place, column) = (element / outputs, element % outputs)
        let angle = Double(place) / pow(10_000, Double(column - column % 2) / Double(outputs))
        return Float(column % 2 == 0 ? sin(angle) : cos(angle))
      }
    case .uniform(let limit): return uniform(limit)
    case .normal(let deviation): return (0..<count).map { deviation * Float(random.normal($0)) }
    case .truncatedNormal(let deviation):
      return (0..<count).map { deviation * Float(random.cutNormal($0)) }
    case .glorotUniform: return uniform((6 / Float(inputs + outputs)).squareRoot())
    case .glorotNormal: return cut(variance: 2 / Double(inputs + outputs))
    case .heUniform: return uniform((6 / Float(inputs)).squareRoot())
    case .heNormal: return cut(variance: 2 / Double(inputs))
    case .lecunUniform: return uniform((3 / Float(inputs)).squareRoot())
    case .lecunNormal: return cut(variance: 1 / Double(inputs))
    case .orthogonal(let gain):
      return orthonormal(rows: inputs, columns: outputs, random).map { gain * Float($0) }
    }
  }
}

/// A rows x columns matrix by the modified Gram-Schmidt process from normal numbers.
private func orthonormal(rows: Int, columns: Int, _ random: Philox) -> [Double] {
  let (count, length) = (min(rows, columns), max(rows, columns))
  var vectors: [[Double]] = []
  for index in 0..<count {
    var vector = (0..<length).map { random.normal(index * length + $0) }
    // Twice, since once leaves what rounding adds.
    for other in vectors + vectors {
      let product = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
      for i in vector.indices { vector[i] -= product * other[i] }
    }
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    vectors.append(vector.map { $0 / norm })
  }
  return (0..<rows * columns).map { element in
    let (row, column) = (element / columns, element % columns)
    return rows < columns ? vectors[row][column] : vectors[column][row]
  }
}
