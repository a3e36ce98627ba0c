/// Philox4x32-10: 128 random bits from a counter and a key, with no state in between.
///
/// The same counter and key give the same four words on every machine and in every order of
/// evaluation, so each user and each session owns numbers that nobody else can disturb.
///
/// Ten rounds, each of which multiplies two of the four counter words by fixed odd constants,
/// swaps the halves of the products and mixes in the key; the key is advanced by a Weyl sequence
/// between the rounds:
/// ```
/// (c0, c1, c2, c3) -> (hi(B*c2) ^ c1 ^ k0,  lo(B*c2),  hi(A*c0) ^ c3 ^ k1,  lo(A*c0))
/// (k0, k1)         -> (k0 + 0x9E3779B9, k1 + 0xBB67AE85)        A = 0xD2511F53, B = 0xCD9E8D57
/// ```
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3", SC 2011.
package enum Philox {
  /// Returns the four random words that belong to a counter under a key.
  ///
  /// - Parameters:
  ///   - counter: The position in the sequence; every distinct value gives an independent block.
  ///   - key: The seed of the sequence.
  /// - Returns: The four words.
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let first = (0xD251_1F53 as UInt32).multipliedFullWidth(by: counter.x)
      let second = (0xCD9E_8D57 as UInt32).multipliedFullWidth(by: counter.z)
      counter = SIMD4(
        second.high ^ counter.y ^ key.x,
        second.low,
        first.high ^ counter.w ^ key.y,
        first.low
      )
    }
    return counter
  }
}
