/// The made-up numbers that the benchmark and all peers compute with.
///
/// A number is a function of its place and a seed, so that no file need be shared: a 32-bit
/// finalizer (that of MurmurHash3) whose upper 24 bits become a multiple of 2⁻²³ in -1 ..< 1.
enum Numbers {
  /// The number at `index` of the sequence `seed`.
  static func value(_ index: Int, seed: UInt32) -> Float {
    var x = UInt32(truncatingIfNeeded: index) &+ seed &* 0x9E37_79B9
    x = (x ^ x >> 16) &* 0x85EB_CA6B
    x = (x ^ x >> 13) &* 0xC2B2_AE35
    x ^= x >> 16
    return Float(Int32(x >> 8) - 1 << 23) * 0x1p-23
  }

  /// The first `count` numbers of the sequence `seed`, times `scale`.
  static func values(_ count: Int, seed: UInt32, scale: Float = 1) -> [Float] {
    (0..<count).map { value($0, seed: seed) * scale }
  }
}
