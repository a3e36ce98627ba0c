import NIOCore

/// A packet capture, written by hand.
struct CaptureFile {
  private(set) var buffer = ByteBuffer()
  private let linkType: UInt32
  private let isVersion6: Bool

  init(linkType: UInt32, isVersion6: Bool = false) {
    self.linkType = linkType
    self.isVersion6 = isVersion6
    buffer.writeInteger(0xA1B2_C3D4, endianness: .little, as: UInt32.self)
    buffer.writeMultipleIntegers(UInt16(2), UInt16(4), endianness: .little)
    buffer.writeMultipleIntegers(
      UInt32(0), UInt32(0), UInt32(65535), linkType, endianness: .little)
  }

  /// Cuts a stream into segments of different lengths.
  static func pieces(_ bytes: [UInt8]) -> [(start: Int, bytes: [UInt8])] {
    var pieces: [(Int, [UInt8])] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + 1 + (50 + pieces.count * 37) % 200)
      pieces.append((start, Array(bytes[start..<end])))
      start = end
    }
    return pieces
  }

  /// Adds one segment between two ports of this machine.
  mutating func write(
    from source: UInt16,
    to target: UInt16,
    sequence: UInt32,
    flags: UInt8 = 0x18,
    payload: [UInt8] = []
  ) {
    var packet = ByteBuffer()
    let network: UInt16 = isVersion6 ? 0x86DD : 0x0800
    switch linkType {
    case 1:
      packet.writeRepeatingByte(2, count: 12)
      packet.writeInteger(network)
    case 113:
      packet.writeRepeatingByte(0, count: 14)
      packet.writeInteger(network)
    case 276:
      packet.writeInteger(network)
      packet.writeRepeatingByte(0, count: 18)
    case 0: packet.writeInteger(isVersion6 ? 24 : 2, endianness: .little, as: UInt32.self)
    default: break
    }
    let length = 20 + payload.count
    let address: UInt32 = 0x7F00_0001
    if isVersion6 {
      packet.writeInteger(0x6000_0000 as UInt32)
      packet.writeMultipleIntegers(UInt16(length), UInt8(6), UInt8(64))
      for _ in 0..<2 {
        packet.writeInteger(address)
        packet.writeRepeatingByte(0, count: 12)
      }
    } else {
      packet.writeMultipleIntegers(
        UInt16(0x4500), UInt16(20 + length), UInt16(1), UInt16(0x4000), UInt16(0x4006), UInt16(0))
      packet.writeMultipleIntegers(address, address)
    }
    packet.writeMultipleIntegers(source, target)
    packet.writeMultipleIntegers(sequence, UInt32(1))
    packet.writeMultipleIntegers(UInt8(0x50), flags)
    packet.writeMultipleIntegers(UInt16(1024), UInt16(0), UInt16(0))
    packet.writeBytes(payload)
    // Ethernet pads short packets, and none of that is payload.
    if linkType == 1 { packet.writeRepeatingByte(0, count: max(0, 60 - packet.readableBytes)) }
    let captured = UInt32(packet.readableBytes)
    buffer.writeMultipleIntegers(
      UInt32(1), UInt32(0), captured, captured, endianness: .little)
    buffer.writeBuffer(&packet)
  }
}
