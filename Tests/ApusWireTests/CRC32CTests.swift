import ApusWire
import Testing

@Suite struct CRC32CTests {
  @Test func checkValueOfTheSpecification() {
    #expect(CRC32C.checksum(Array("123456789".utf8).span.bytes) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8]().span.bytes) == 0)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32).span.bytes) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32).span.bytes) == 0x62A8_AB43)
  }

  @Test func everyLengthAgreesWithTheBitwiseDefinition() {
    var random = SeededGenerator(seed: 1)
    let bytes = (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
    for length in 0...bytes.count {
      let part = Array(bytes.prefix(length))
      #expect(CRC32C.checksum(part.span.bytes) == bitwise(part), "length \(length)")
    }
  }

  @Test func everySplitGivesTheSameChecksum() {
    let bytes = (0..<40).map { UInt8($0 * 7) }
    for split in 0...bytes.count {
      var checksum = CRC32C()
      checksum.update(bytes.span.extracting(0..<split).bytes)
      checksum.update(bytes.span.extracting(split..<bytes.count).bytes)
      #expect(checksum.value == CRC32C.checksum(bytes.span.bytes), "split at \(split)")
    }
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
