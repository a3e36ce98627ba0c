public import NIOCore

/// Takes the byte streams out of a packet capture, as `tcpdump -w` writes it.
///
/// Classic pcap in either byte order, with microseconds or nanoseconds; Ethernet, Linux "cooked",
/// loopback and raw IP; IPv4 and IPv6 without extension headers. Bytes that came twice are taken
/// once, bytes out of order are put in order, and a gap is told.
public struct PacketCapture {
  /// What a stream goes from and to.
  public struct Flow: Hashable, Sendable, CustomStringConvertible {
    /// The address and port of the sender.
    public let source: String
    /// The address and port of the receiver.
    public let target: String

    /// `source > target`.
    public var description: String { "\(source) > \(target)" }
  }

  /// One direction of one connection.
  public struct Stream: Sendable {
    /// What it goes from and to.
    public let flow: Flow
    /// The bytes, up to the first gap.
    public var bytes = ByteBuffer()
    /// The offset of the first byte that the capture lacks, if there is one.
    public var gap: Int?
    /// The segments by their place in the stream.
    fileprivate var segments: [(sequence: UInt32, bytes: ByteBuffer)] = []
    /// The sequence number of the first byte of the stream.
    fileprivate var start: UInt32?
  }

  /// Why a file cannot be read as a capture.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The offset in the file.
    public let offset: Int
    /// What is wrong there, and what to do.
    public let message: String

    /// The message with the offset.
    public var description: String { "byte \(offset): \(message)" }
  }

  /// Whether a file that begins with these bytes is a capture.
  public static func recognizes(_ bytes: ByteBuffer) -> Bool { ByteOrder(bytes) != nil }

  /// The streams, in the order in which they begin.
  public private(set) var streams: [Stream] = []
  private var indexOfFlow: [Flow: Int] = [:]

  /// Reads a capture.
  ///
  /// - Parameter file: The whole file.
  /// - Throws: ``Failure`` if it is not a capture or ends inside a packet.
  public init(_ file: ByteBuffer) throws(Failure) {
    guard let order = ByteOrder(file),
      let linkType = file.getInteger(
        at: file.readerIndex + 20, endianness: order.value, as: UInt32.self)
    else {
      throw Failure(offset: 0, message: "this is not a pcap file; write it with tcpdump -w")
    }
    var rest = file
    rest.moveReaderIndex(forwardBy: 24)
    while rest.readableBytes > 0 {
      let offset = rest.readerIndex - file.readerIndex
      guard rest.readableBytes >= 16,
        let length = rest.getInteger(
          at: rest.readerIndex + 8, endianness: order.value, as: UInt32.self),
        Int(length) <= rest.readableBytes - 16
      else {
        throw Failure(offset: offset, message: "the file ends inside a packet; it was cut off")
      }
      rest.moveReaderIndex(forwardBy: 16)
      guard let packet = rest.readSlice(length: Int(length)) else { break }
      guard let segment = TCPSegment(packet, linkType: linkType) else { continue }
      add(segment)
    }
    for index in streams.indices { streams[index].assemble() }
  }

  private mutating func add(_ segment: TCPSegment) {
    let index: Int
    if let known = indexOfFlow[segment.flow] {
      index = known
    } else {
      index = streams.count
      indexOfFlow[segment.flow] = index
      streams.append(Stream(flow: segment.flow))
    }
    if segment.isSynchronizing {
      streams[index].start = segment.sequence &+ 1
    } else if segment.payload.readableBytes > 0 {
      if streams[index].start == nil { streams[index].start = segment.sequence }
      streams[index].segments.append((segment.sequence, segment.payload))
    }
  }

  /// The byte order of a capture, by its first four bytes.
  private struct ByteOrder {
    let value: Endianness

    init?(_ bytes: ByteBuffer) {
      switch bytes.getInteger(at: bytes.readerIndex, endianness: .little, as: UInt32.self) {
      case 0xA1B2_C3D4, 0xA1B2_3C4D: value = .little
      case 0xD4C3_B2A1, 0x4D3C_B2A1: value = .big
      default: return nil
      }
    }
  }
}

extension PacketCapture.Stream {
  /// Puts the segments in order.
  fileprivate mutating func assemble() {
    guard let start else { return }
    // Sequence numbers wrap around, so that only their distance from the start has an order.
    let placed = segments.map { (offset: Int(Int32(bitPattern: $0.sequence &- start)), $0.bytes) }
    for (offset, segment) in placed.sorted(by: { $0.offset < $1.offset }) {
      guard offset <= bytes.writerIndex else {
        gap = bytes.writerIndex
        break
      }
      let known = bytes.writerIndex - offset
      guard known < segment.readableBytes,
        let news = segment.getSlice(
          at: segment.readerIndex + known, length: segment.readableBytes - known)
      else { continue }
      bytes.writeImmutableBuffer(news)
    }
    segments = []
  }
}
