import NIOCore

/// The part of a captured packet that belongs to a stream.
struct TCPSegment {
  let flow: PacketCapture.Flow
  let sequence: UInt32
  let isSynchronizing: Bool
  let payload: ByteBuffer

  /// Reads a packet; `nil` if it is not TCP.
  init?(_ packet: ByteBuffer, linkType: UInt32) {
    var packet = packet
    guard let isVersion6 = packet.skipLinkHeader(linkType),
      let addresses = isVersion6 ? packet.skipIPv6Header() : packet.skipIPv4Header(),
      let ports = packet.readMultipleIntegers(as: (UInt16, UInt16).self),
      let sequence = packet.readInteger(as: UInt32.self),
      packet.readInteger(as: UInt32.self) != nil,
      let flags = packet.readMultipleIntegers(as: (UInt8, UInt8).self)
    else { return nil }
    let headerLength = Int(flags.0 >> 4) * 4
    guard headerLength >= 20, packet.readSlice(length: headerLength - 14) != nil else { return nil }
    flow = PacketCapture.Flow(
      source: "\(addresses.source):\(ports.0)", target: "\(addresses.target):\(ports.1)")
    self.sequence = sequence
    isSynchronizing = flags.1 & 0x02 != 0
    payload = packet
  }
}

extension ByteBuffer {
  /// Skips what comes before IP and returns whether it is IPv6; `nil` if neither comes.
  fileprivate mutating func skipLinkHeader(_ linkType: UInt32) -> Bool? {
    let protocolOffset: Int
    let length: Int
    switch linkType {
    case 1: (protocolOffset, length) = (12, 14)
    case 113: (protocolOffset, length) = (14, 16)
    case 276: (protocolOffset, length) = (0, 20)
    case 0, 108: (protocolOffset, length) = (-1, 4)
    case 12, 14, 101: (protocolOffset, length) = (-1, 0)
    default: return nil
    }
    guard readableBytes > length else { return nil }
    let number = getInteger(at: readerIndex + max(protocolOffset, 0), as: UInt16.self)
    moveReaderIndex(forwardBy: length)
    let version = (getInteger(at: readerIndex, as: UInt8.self) ?? 0) >> 4
    guard version == 4 || version == 6 else { return nil }
    guard protocolOffset < 0 || number == (version == 4 ? 0x0800 : 0x86DD) else { return nil }
    return version == 6
  }

  /// Skips the header, and cuts off what the link added behind the packet.
  fileprivate mutating func skipIPv4Header() -> (source: String, target: String)? {
    guard readableBytes >= 20,
      let first = getInteger(at: readerIndex, as: UInt8.self),
      let total = getInteger(at: readerIndex + 2, as: UInt16.self),
      let fragment = getInteger(at: readerIndex + 6, as: UInt16.self),
      let transport = getInteger(at: readerIndex + 9, as: UInt8.self),
      let addresses = getBytes(at: readerIndex + 12, length: 8),
      transport == 6, fragment & 0x3FFF == 0
    else { return nil }
    let headerLength = Int(first & 0x0F) * 4
    // Segments that the network card cuts up are captured whole, with a total length of 0.
    let length = total == 0 ? readableBytes : Int(total)
    guard headerLength >= 20, length >= headerLength, var packet = readSlice(length: length),
      packet.readSlice(length: headerLength) != nil
    else { return nil }
    self = packet
    let texts = addresses.map { "\($0)" }
    return (texts[..<4].joined(separator: "."), texts[4...].joined(separator: "."))
  }

  /// Skips the header, and cuts off what the link added behind the packet.
  fileprivate mutating func skipIPv6Header() -> (source: String, target: String)? {
    guard readableBytes >= 40,
      let length = getInteger(at: readerIndex + 4, as: UInt16.self),
      getInteger(at: readerIndex + 6, as: UInt8.self) == 6,
      var addresses = getSlice(at: readerIndex + 8, length: 32)
    else { return nil }
    moveReaderIndex(forwardBy: 40)
    guard let packet = readSlice(length: length == 0 ? readableBytes : Int(length)) else {
      return nil
    }
    self = packet
    var groups: [String] = []
    while let group = addresses.readInteger(as: UInt16.self) {
      groups.append(String(group, radix: 16))
    }
    let source = groups[..<8].joined(separator: ":")
    return ("[\(source)]", "[\(groups[8...].joined(separator: ":"))]")
  }
}
