/// The Castagnoli cyclic redundancy check that guards frame headers and bodies.
///
/// Polynomial `0x1EDC6F41` reflected, initial value and final exclusive-or `0xFFFFFFFF`. The
/// checksum of the ASCII bytes `123456789` is `0xE3069283`. Eight bytes are taken per step with
/// eight tables ("slicing by 8", Kounavis and Berry, 2008).
public struct CRC32C: Sendable {
  private var state: UInt32 = 0xFFFF_FFFF

  /// Creates the checksum of no bytes.
  public init() {}

  /// Returns the checksum of `bytes`.
  ///
  /// - Complexity: O(*n*), about half a nanosecond per byte.
  public static func checksum(_ bytes: RawSpan) -> UInt32 {
    var checksum = CRC32C()
    checksum.update(bytes)
    return checksum.value
  }

  /// The checksum of all bytes seen so far.
  public var value: UInt32 { ~state }

  /// Appends `bytes` to what was seen so far.
  public mutating func update(_ bytes: RawSpan) {
    let table = Self.table.span
    var crc = state
    var offset = 0
    let end = bytes.byteCount
    // The masks keep every index below 8 x 256, and the loop keeps every load inside `bytes`.
    while offset &+ 8 <= end {
      let word = unsafe UInt64(
        littleEndian: bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: offset,
          as: UInt64.self
        )
      )
      let low = UInt32(truncatingIfNeeded: word) ^ crc
      let high = UInt32(truncatingIfNeeded: word >> 32)
      crc =
        unsafe table[unchecked: 0x700 | Int(low & 0xFF)]
        ^ table[unchecked: 0x600 | Int((low >> 8) & 0xFF)]
        ^ table[unchecked: 0x500 | Int((low >> 16) & 0xFF)]
        ^ table[unchecked: 0x400 | Int(low >> 24)]
        ^ table[unchecked: 0x300 | Int(high & 0xFF)]
        ^ table[unchecked: 0x200 | Int((high >> 8) & 0xFF)]
        ^ table[unchecked: 0x100 | Int((high >> 16) & 0xFF)]
        ^ table[unchecked: Int(high >> 24)]
      offset &+= 8
    }
    while offset < end {
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8)
      offset &+= 1
    }
    state = crc
  }

  /// `table[k * 256 + b]` is the effect of byte `b` followed by `k` zero bytes.
  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 {
        crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0)
      }
      table[byte] = crc
    }
    for index in 256..<table.count {
      let previous = table[index - 256]
      table[index] = table[Int(previous & 0xFF)] ^ (previous >> 8)
    }
    return table
  }()
}
