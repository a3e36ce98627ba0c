import ApusCompute
import ApusRandom

/// Seeded numbers for the suite.
struct Fixtures {
  let seed: UInt64
  private var stream: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  /// Integers in -limit...limit: sums of their products are exact in Float.
  mutating func integers(_ count: Int, limit: Int = 3) -> [Float] {
    stream += 1
    let random = Philox(seed: seed, stream: stream)
    return (0..<count).map { Float(Int(random.word($0) % UInt32(2 * limit + 1)) - limit) }
  }

  /// Uniform numbers in -limit..<limit.
  mutating func reals(_ count: Int, limit: Float = 1) -> [Float] {
    stream += 1
    let random = Philox(seed: seed, stream: stream)
    return (0..<count).map { limit * (2 * random.uniform($0) - 1) }
  }
}

/// Extents around the widths of vectors and tiles.
let edges = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 61, 64, 65, 127, 130]

extension [Float] {
  var doubles: [Double] { map(Double.init) }
}

/// The greatest difference from the reference, relative to 1 or to the reference where it is
/// larger.
func worstError(_ values: [Float], _ reference: [Double]) -> Double {
  precondition(values.count == reference.count, "\(values.count) values, not \(reference.count)")
  return zip(values, reference).map { value, expected in
    let error = abs(Double(value) - expected) / max(1, abs(expected))
    return error.isNaN ? .infinity : error
  }.max() ?? 0
}
