internal import Crypto

/// A digest of numbers and bytes that come one after the other.
package struct DigestBuilder {
  private var hash = SHA256()

  /// Begins with nothing.
  package init() {}

  /// Adds bytes.
  package mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }

  /// Adds numbers as they lie in memory.
  package mutating func add(_ numbers: Span<Float>) {
    unsafe numbers.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
  }

  /// The digest of all.
  package var digest: Digest { Digest(hash.finalize()) }
}
