import ApusWire
import NIOCore
import Testing

@Suite struct CRC32CTests {
  @Test func checkValueOfTheSpecification() {
    #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(checksum([]) == 0)
    #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
  }

  @Test func everyLengthAgreesWithTheBitwiseDefinition() {
    var random = SeededGenerator(seed: 1)
    let bytes = (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
    for length in 0...bytes.count {
      let part = Array(bytes.prefix(length))
      #expect(checksum(part) == bitwise(part), "length \(length)")
    }
  }

  @Test func everySplitGivesTheSameChecksum() {
    let bytes = (0..<40).map { UInt8($0 * 6) }
    for split in 0...bytes.count {
      var crc = CRC32C()
      crc.update(ByteBuffer(bytes: bytes[..<split]).readableBytesSpan)
      crc.update(ByteBuffer(bytes: bytes[split...]).readableBytesSpan)
      #expect(crc.value == checksum(bytes), "split at \(split)")
    }
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    CRC32C.checksum(ByteBuffer(bytes: bytes).readableBytesSpan)
  }

  private func bitwise(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
    return ~crc
  }
}
