/// A counter-based generator of random words: Philox4x32-10.
///
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// A block of four words depends on nothing but its key and counter, so every device and every
/// thread draws the same integers in any order.
public struct Philox: Hashable, Sendable {
  /// The seed, split into the two words of the key.
  public let seed: UInt64
  /// The stream: the upper half of the counter, for example a step or a purpose.
  public let stream: UInt64

  /// Makes the generator of a seed and a stream.
  public init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// The four words of block `index`.
  public func block(_ index: UInt64) -> SIMD4<UInt32> {
    var counter = SIMD4(
      UInt32(truncatingIfNeeded: index),
      UInt32(truncatingIfNeeded: index >> 32),
      UInt32(truncatingIfNeeded: stream),
      UInt32(truncatingIfNeeded: stream >> 32)
    )
    var key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    for _ in 0..<10 {
      let first = UInt64(counter[0]) * 0xD251_1F53
      let second = UInt64(counter[2]) * 0xCD9E_8D57
      counter = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key.0,
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key.1,
        UInt32(truncatingIfNeeded: first)
      )
      key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
    }
    return counter
  }

  /// Word `index` of the stream.
  public func word(_ index: Int) -> UInt32 { block(UInt64(index / 4))[index % 4] }

  /// Number `index` of the stream, uniform in 0..<1: the top 24 bits of its word.
  public func uniform(_ index: Int) -> Float { Float(word(index) >> 8) * 0x1p-24 }
}
