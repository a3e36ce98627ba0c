internal import Crypto

/// A share of all routing keys, in hundredths of a percent.
///
/// Whether a key belongs to it depends on the key and the name alone: a user stays on one version
/// over connections and restarts, and a share that grows keeps the keys that it had.
public struct CanaryShare: Hashable, Sendable {
  /// The whole, in hundredths of a percent.
  public static let whole = 10_000

  /// The share, 0 to 10,000.
  public let hundredths: Int

  /// Creates a share.
  ///
  /// - Parameter hundredths: Hundredths of a percent, 0 to 10,000; nil is returned for others.
  public init?(hundredths: Int) {
    guard 0...Self.whole ~= hundredths else { return nil }
    self.hundredths = hundredths
  }

  /// Whether a key belongs to the share.
  ///
  /// - Parameters:
  ///   - key: The routing key.
  ///   - salt: The name's own number, so that the first users of one trial are not those of all.
  /// - Returns: The same for a key and a name wherever and whenever it is asked.
  func contains(_ key: UInt64, salt: UInt64) -> Bool {
    // The high half of a product: the hash as a fraction of the whole, without the bias of %.
    let place = Self.mixed(key ^ salt).multipliedFullWidth(by: UInt64(Self.whole)).high
    return place < UInt64(hundredths)
  }

  /// Returns a name's salt: the first eight bytes of its SHA-256.
  static func salt(of name: String) -> UInt64 {
    SHA256.hash(data: Array(name.utf8)).prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// SplitMix64's output for a state, which spreads neighbouring keys over all numbers.
  private static func mixed(_ state: UInt64) -> UInt64 {
    var z = state &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
