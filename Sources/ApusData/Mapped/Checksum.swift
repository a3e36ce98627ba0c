internal import CChecksum

/// A CRC-32C of bytes that come one after the other.
struct Checksum {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum so far.
  var value: UInt32 { ~state }

  /// Adds elements as they lie in memory.
  mutating func add<Element: BitwiseCopyable>(_ elements: Span<Element>) {
    state = unsafe elements.withUnsafeBytes { bytes in
      unsafe cchecksum_crc32c(state, bytes.baseAddress, bytes.count)
    }
  }
}
