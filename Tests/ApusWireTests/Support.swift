import ApusWire
import Foundation
import NIOCore
import Testing

/// One example of the specification's data file.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
  struct Field: Decodable, Sendable {
    let offset: Int
    let size: Int
    let name: String
    let value: String
  }

  let name: String
  let meaning: String
  let hex: String
  let fields: [Field]

  var testDescription: String { name }

  var bytes: [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).map { offset in
      let start = hex.index(hex.startIndex, offsetBy: offset)
      return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
    }
  }

  var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

  var sender: FrameHeader.Sender { bytes[5] < 0x80 ? .client : .server }

  /// All examples, read from the file beside the specification.
  static let all: [Vector] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/ApusWire/ApusWire.docc/Protocol-vectors.json")
    guard let data = try? Data(contentsOf: file),
      let vectors = try? JSONDecoder().decode([Vector].self, from: data)
    else {
      preconditionFailure("cannot read \(file.path())")
    }
    return vectors
  }()

  static func named(_ name: String) -> Vector {
    guard let vector = all.first(where: { $0.name == name }) else {
      preconditionFailure("there is no vector '\(name)'")
    }
    return vector
  }
}

/// Decodes a whole frame, whatever its type, down to its last field.
func decodeFully(
  _ buffer: inout ByteBuffer,
  from sender: FrameHeader.Sender,
  maximumBodyLength: Int = WireLimits.defaultBodyLength
) throws -> String? {
  var decoder = FrameDecoder(from: sender, maximumBodyLength: maximumBodyLength)
  guard let frame = try decoder.next(from: &buffer) else { return nil }
  return try decodeBody(frame)
}

/// Decodes the body of a frame and describes it.
func decodeBody(_ frame: Frame) throws -> String {
  switch frame.header.type {
  case .hello: return "\(try Hello(decoding: frame.body))"
  case .helloOK: return "\(try HelloOK(decoding: frame.body))"
  case .ping: return "\(try Ping(decoding: frame.body))"
  case .pong: return "\(try Pong(decoding: frame.body))"
  case .modelList: return "\(try ModelListRequest(decoding: frame.body))"
  case .modelListOK: return "\(try ModelList(decoding: frame.body))"
  case .modelInfo: return "\(try ModelInfoRequest(decoding: frame.body))"
  case .modelInfoOK: return "\(try ModelInfo(decoding: frame.body))"
  case .scoreOK: return "\(try ScoreReply(decoding: frame.body))"
  case .error: return "\(try WireError(decoding: frame.body))"
  case .goAway: return "\(try GoAway(decoding: frame.body))"
  case .score:
    let request = try ScoreRequest(decoding: frame.body)
    switch request.encoding {
    case .floatRows:
      try request.verifyFinite()
      let sum = request.withFloatRows { rows in
        var sum: Float = 0
        for index in rows.indices { sum += rows[index] }
        return sum
      }
      return "\(request.rowCount) x \(request.columnCount): \(sum)"
    case .rawColumns: return "\(try request.rawColumns())"
    }
  }
}

/// Makes a frame of any body, with right checksums.
func frame(
  _ type: FrameType,
  id: UInt64 = 1,
  body: [UInt8]
) -> ByteBuffer {
  var buffer = ByteBuffer()
  buffer.writeFrame(type, correlationID: id) { buffer in
    buffer.writeBytes(body)
  }
  return buffer
}

/// Replaces the bytes of the body from `offset` on and mends the checksums.
func patched(_ vector: Vector, at offset: Int, _ bytes: [UInt8]) -> ByteBuffer {
  var body = Array(vector.bytes.dropFirst(WireLimits.headerLength))
  body.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  guard let type = FrameType(rawValue: vector.bytes[5]) else { preconditionFailure("unknown type") }
  return frame(type, id: type == .goAway ? 0 : 1, body: body)
}

/// A small generator of reproducible random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
