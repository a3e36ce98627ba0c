import ApusWire
import Foundation
import NIOCore
import Testing

/// A frame of the specification that a client sends.
struct ClientVector: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]

  var testDescription: String { name }

  /// Whether the first frame of a connection must be one like this.
  var isHello: Bool { bytes[5] == FrameType.hello.rawValue }

  /// Whether it has a reply of its own.
  var isRequest: Bool {
    !isHello && bytes[5] != FrameType.probeOK.rawValue
  }

  /// All of them, read from the file beside the specification.
  static let all: [ClientVector] = {
    struct Example: Decodable {
      let name: String
      let hex: String
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources/ApusWire/ApusWire.docc/Protocol-vectors.json")
    guard let data = try? Data(contentsOf: file),
      let examples = try? JSONDecoder().decode([Example].self, from: data)
    else { preconditionFailure("cannot read \(file.path())") }
    return examples.map { example in
      let digits = example.hex.compactMap(\.hexDigitValue)
      let bytes = stride(from: 0, to: digits.count, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
      }
      return ClientVector(name: example.name, bytes: bytes)
    }.filter { $0.bytes[5] < 0x80 }
  }()

  /// The frame with one bit turned over, checksums left alone.
  func flipped(bit: Int) -> [UInt8] {
    var bytes = bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return bytes
  }

  /// The frame with one bit of its body turned over and checksums that fit.
  func flippedAndMended(bit: Int) -> [UInt8] {
    guard let type = FrameType(rawValue: bytes[5]) else { return bytes }
    var buffer = ByteBuffer()
    buffer.writeFrame(type, correlationID: type.allows(correlationID: 1) ? 2 : 0) { body in
      body.writeBytes(flipped(bit: bit).dropFirst(WireLimits.headerLength))
    }
    return Array(buffer: buffer)
  }
}
