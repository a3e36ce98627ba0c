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

/// Encodes `message` and decodes the vector; both must agree.
func checkVector<M: Message>(
  _ message: M,
  _ name: String,
  id: UInt64,
  extensions: Extensions? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  var buffer = ByteBuffer()
  message.encode(into: &buffer, correlationID: id, extensions: extensions)
  #expect(buffer == Vector.named(name).buffer, sourceLocation: sourceLocation)
  let frame = try vectorFrame(name)
  #expect(frame.header.type == M.type, sourceLocation: sourceLocation)
  #expect(try M(decoding: frame.body) == message, sourceLocation: sourceLocation)
}

/// The frame of an example, with its header verified.
func vectorFrame(_ name: String) throws -> Frame {
  let vector = Vector.named(name)
  var buffer = vector.buffer
  var decoder = FrameDecoder(from: vector.sender, features: .known)
  return try #require(try decoder.next(from: &buffer))
}

/// Decodes a whole frame, whatever its type, down to its last field.
func decodeFully(
  _ buffer: inout ByteBuffer,
  from sender: FrameHeader.Sender,
  maximumBodyLength: Int = WireLimits.defaultBodyLength
) throws -> String? {
  var decoder = FrameDecoder(
    from: sender,
    maximumBodyLength: maximumBodyLength,
    features: .known
  )
  guard let frame = try decoder.next(from: &buffer) else { return nil }
  return try decodeBody(frame)
}

/// Decodes the body of a frame and describes it.
func decodeBody(_ frame: Frame) throws -> String {
  let body = frame.body
  switch frame.header.type {
  case .hello: return "\(try Hello(decoding: body))"
  case .helloOK: return "\(try HelloOK(decoding: body))"
  case .auth: return "\(try Authentication(decoding: body))"
  case .authOK: return "\(try AuthenticationOK(decoding: body))"
  case .ping: return "\(try Ping(decoding: body))"
  case .pong: return "\(try Pong(decoding: body))"
  case .cancel: return "\(try Cancel(decoding: body))"
  case .stats: return "\(try StatisticsRequest(decoding: body))"
  case .statsOK: return "\(try Statistics(decoding: body))"
  case .probe: return "\(try Probe(decoding: body))"
  case .probeOK: return "\(try ProbeOK(decoding: body))"
  case .modelList: return "\(try ModelListRequest(decoding: body))"
  case .modelListOK: return "\(try ModelList(decoding: body))"
  case .modelInfo: return "\(try ModelInfoRequest(decoding: body))"
  case .modelInfoOK: return "\(try ModelInfo(decoding: body))"
  case .modelLoad, .modelSwap, .modelRollback, .modelUnload, .modelLabel, .drain:
    let action = try #require(AdminRequest.Action(frame.header.type))
    return "\(try AdminRequest(decoding: body, action: action))"
  case .modelLoadOK, .modelSwapOK, .modelRollbackOK, .modelUnloadOK, .modelLabelOK, .drainOK:
    return "\(try AdminReply(decoding: body))"
  case .scoreOK, .extractOK: return "\(try ScoreReply(decoding: body))"
  case .rankOK: return "\(try RankReply(decoding: body))"
  case .error: return "\(try WireError(decoding: body))"
  case .goAway: return "\(try GoAway(decoding: body))"
  case .credit: return "\(try Credit(decoding: body))"
  case .push: return "\(try Push(decoding: body))"
  case .score, .extract:
    let request = try ScoreRequest(decoding: body)
    switch request.encoding {
    case .floatRows:
      try request.verifyFinite()
      let sum = request.withFloatRows { $0.sum }
      return "\(request.rowCount) x \(request.columnCount): \(sum)"
    case .rawColumns: return "\(try request.rawColumns())"
    }
  case .rank:
    let request = try RankRequest(decoding: body)
    switch request.encoding {
    case .floatRows:
      try request.verifyFinite()
      let sums = request.withFloatRows { shared, items in "\(shared.sum), \(items.sum)" }
      return "\(request.itemCount) x \(request.columnCount): \(sums)"
    case .rawColumns: return "\(try request.rawColumns())"
    }
  }
}

extension Span<Float> {
  fileprivate var sum: Float {
    var sum: Float = 0
    for index in indices { sum += self[index] }
    return sum
  }
}

extension FrameType {
  /// A correlation id that frames of this type may carry.
  var correlationID: UInt64 { allows(correlationID: 1) ? 1 : 0 }
}

/// Makes a frame of any body, with right checksums.
func frame(
  _ type: FrameType,
  body: [UInt8]
) -> ByteBuffer {
  var buffer = ByteBuffer()
  buffer.writeFrame(type, correlationID: type.correlationID) { buffer in
    buffer.writeBytes(body)
  }
  return buffer
}

/// Replaces the bytes of the body from `offset` on and mends the checksums.
func patched(_ vector: Vector, at offset: Int, _ bytes: [UInt8]) -> ByteBuffer {
  var body = Array(vector.bytes.dropFirst(WireLimits.headerLength))
  body.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  guard let type = FrameType(rawValue: vector.bytes[5]) else { preconditionFailure("unknown type") }
  return frame(type, body: body)
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
