/// The words of one Philox stream, one after the other.
public struct PhiloxSequence: Hashable, Sendable {
  private let philox: Philox
  private var index: UInt64 = 0
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// Creates a generator at the start of its stream.
  ///
  /// - Parameters:
  ///   - seed: chooses the sequence.
  ///   - stream: chooses one of 2^64 independent sequences of the seed.
  public init(seed: UInt64, stream: UInt64 = 0) {
    philox = Philox(seed: seed, stream: stream)
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      words = philox.block(index)
      index += 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// Draws a uniform integer, without bias.
  ///
  /// Uses Lemire's multiplication with rejection, "Fast random integer generation in an interval"
  /// (2019).
  ///
  /// - Parameter bound: a positive number.
  /// - Returns: an integer in `0..<bound`.
  public mutating func next(below bound: UInt32) -> UInt32 {
    precondition(bound > 0, "the bound of a random integer is positive: \(bound)")
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// Brings the elements into a random order (Fisher and Yates, from the last element down).
  ///
  /// - Parameter elements: at most 2^32 - 1 elements.
  @inlinable  // for other modules to specialise: a generic swap is dear
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, Int(next(below: UInt32(last + 1))))
    }
  }
}
