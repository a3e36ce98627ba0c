internal import CChecksum
internal import FoundationEssentials

/// A file of scalars as TensorBoard reads it: `events.out.tfevents.*`.
///
/// ```
/// record    length, 8 bytes │ its checksum, 4 │ an Event │ the event's checksum, 4
/// ```
/// Integers are little-endian; checksums are CRC-32C, masked as TensorFlow does. The first event
/// names the version of the format. Source: `tensorflow/core/lib/io/record_writer.cc` and
/// `tensorflow/core/util/event.proto`, as documented there.
public struct EventFile: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// Begins a file.
  ///
  /// - Parameter time: the wall time of its beginning, in seconds since 1970.
  public init(time: Double) {
    var event = ProtocolBuffer()
    event.add(1, double: time)
    event.add(3, string: "brain.Event:2")
    append(event)
  }

  /// Appends scalars of one step.
  ///
  /// - Parameters:
  ///   - scalars: the values by tag; what is not finite is kept, and shown as a gap.
  ///   - step: the step, such as an epoch.
  ///   - time: the wall time, in seconds since 1970.
  public mutating func append(_ scalars: [String: Double], step: Int, time: Double) {
    var summary = ProtocolBuffer()
    for (tag, value) in scalars.sorted(by: { $0.key < $1.key }) {
      var entry = ProtocolBuffer()
      entry.add(1, string: tag)
      entry.add(2, float: Float(value))
      summary.add(1, message: entry)
    }
    var event = ProtocolBuffer()
    event.add(1, double: time)
    event.add(2, integer: UInt64(step))
    event.add(5, message: summary)
    append(event)
  }

  private mutating func append(_ event: ProtocolBuffer) {
    let length = littleEndian(UInt64(event.bytes.count))
    bytes += length + littleEndian(Self.maskedChecksum(of: length))
    bytes += event.bytes + littleEndian(Self.maskedChecksum(of: event.bytes))
  }

  /// The CRC-32C of bytes, turned by 15 bits and moved, so that a checksum of data that holds
  /// checksums stays a good one.
  static func maskedChecksum(of bytes: [UInt8]) -> UInt32 {
    let state = unsafe bytes.withUnsafeBytes { buffer in
      unsafe cchecksum_crc32c(0xFFFF_FFFF, buffer.baseAddress, buffer.count)
    }
    let checksum = ~state
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }
}

/// The fields of one protobuf message, in the order in which they were added.
struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, double value: Double) {
    addKey(field, wireType: 1)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: Int, float value: Float) {
    addKey(field, wireType: 5)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: Int, integer value: UInt64) {
    addKey(field, wireType: 0)
    addVariable(value)
  }

  mutating func add(_ field: Int, string value: String) { add(field, Array(value.utf8)) }

  mutating func add(_ field: Int, message value: ProtocolBuffer) { add(field, value.bytes) }

  private mutating func add(_ field: Int, _ value: [UInt8]) {
    addKey(field, wireType: 2)
    addVariable(UInt64(value.count))
    bytes += value
  }

  private mutating func addKey(_ field: Int, wireType: Int) {
    addVariable(UInt64(field << 3 | wireType))
  }

  /// Seven bits in a byte, the lowest first; the top bit says that more follow.
  private mutating func addVariable(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private func littleEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
  (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
