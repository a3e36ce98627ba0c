/// Philox4x32-10: a counter-based random generator.
///
/// Random numbers are a pure function of a counter and a key, so any of them can be computed alone, in
/// any order, on any device, with the same result. The algorithm is that of Salmon, Moraes, Dror and
/// Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
public struct Philox: Hashable, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// Creates a generator at the start of its sequence.
  ///
  /// - Parameters:
  ///   - seed: Chooses the sequence; it is the key.
  ///   - stream: Chooses one of 2^64 independent sequences of the seed; it is the counter's upper half.
  public init(seed: UInt64, stream: UInt64 = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0,
      0,
      UInt32(truncatingIfNeeded: stream),
      UInt32(truncatingIfNeeded: stream >> 32)
    )
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      words = Self.block(counter: counter, key: key)
      counter[0] &+= 1
      if counter[0] == 0 { counter[1] &+= 1 }
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
  /// - Parameter bound: A positive number.
  /// - Returns: An integer in `0..<bound`.
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
  /// - Parameter elements: At most 2^32 - 1 elements.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, Int(next(below: UInt32(last + 1))))
    }
  }

  /// Computes one block of the sequence by ten rounds of the Philox bijection.
  ///
  /// - Parameters:
  ///   - counter: Which block of the sequence.
  ///   - key: Which sequence.
  /// - Returns: Four random words.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var state = counter
    var roundKey = key
    for _ in 0..<10 {
      let first = state[0].multipliedFullWidth(by: 0xD251_1F53)
      let second = state[2].multipliedFullWidth(by: 0xCD9E_8D57)
      state = SIMD4(
        second.high ^ state[1] ^ roundKey[0],
        second.low,
        first.high ^ state[3] ^ roundKey[1],
        first.low
      )
      roundKey &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return state
  }
}
