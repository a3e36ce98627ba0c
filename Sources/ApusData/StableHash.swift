/// A 64-bit hash that is the same on every machine and in every version.
///
/// `Hasher` is seeded anew in each process, so it cannot place a category in a bucket that a
/// trained net remembers. This is FNV-1a over the bytes, finished by the mixer of SplitMix64 so
/// that the low bits are as good as the high ones.
package enum StableHash {
  static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
  static let prime: UInt64 = 0x0000_0100_0000_01B3

  /// Hashes a string's UTF-8 bytes.
  ///
  /// - Parameter string: Any string; it is not normalised.
  /// - Returns: The hash.
  package static func hash(_ string: String) -> UInt64 {
    var state = basis
    for byte in string.utf8 { state = (state ^ UInt64(byte)) &* prime }
    return finished(state)
  }

  /// Folds a word into a running hash.
  static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
    finished((state &+ 0x9E37_79B9_7F4A_7C15) ^ word)
  }

  private static func finished(_ state: UInt64) -> UInt64 {
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
