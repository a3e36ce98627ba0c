import ApusWire
import NIOCore
import Testing

/// The table must find in each example what the codecs find there.
@Suite struct FrameTableTests {
  @Test func everyTypeHasOneLayoutInOrder() {
    #expect(
      FrameTable.layouts.map(\.type)
        == FrameType.allCases.sorted { $0.rawValue < $1.rawValue }
    )
    #expect(Set(FrameTable.layouts.map(\.name)).count == FrameTable.layouts.count)
    for layout in FrameTable.layouts {
      #expect(layout.blockLength % WireLimits.alignment == 0, "\(layout.name)")
      guard let reply = layout.type.reply else { continue }
      let name = layout.type == .ping ? "PONG" : layout.name + "_OK"
      #expect(FrameTable.layout(of: reply).name == name)
    }
  }

  @Test(arguments: Vector.all)
  func examplesAreReadByTheTable(_ vector: Vector) throws {
    let type = try #require(FrameType(rawValue: vector.bytes[5]))
    let layout = FrameTable.layout(of: type)
    let body = ByteBuffer(bytes: vector.bytes.dropFirst(WireLimits.headerLength))
    let blockLength = body.getInteger(at: 0, endianness: .little, as: UInt16.self)
    #expect(blockLength.map(Int.init) == layout.blockLength)
    let entries = try FrameReading(body, as: layout).entries
    var offset = 0
    for entry in entries {
      #expect(entry.offset == offset, "\(entry.name)")
      offset += entry.length
      guard entry.role != .payload else { continue }
      let field = try #require(
        vector.fields.first { $0.offset == entry.offset + WireLimits.headerLength })
      #expect(entry.name == field.name && entry.length == field.size, "\(entry.name)")
      #expect(entry.value == field.value, "\(entry.name)")
    }
    #expect(offset == body.readableBytes)
    let payloadLength = entries.filter { $0.role == .payload }.reduce(0) { $0 + $1.length }
    let covered = vector.fields.dropFirst(9).filter { field in
      entries.contains { $0.role != .payload && $0.offset == field.offset - 32 }
    }
    #expect(covered.reduce(0) { $0 + $1.size } + payloadLength == body.readableBytes)
  }

  @Test(arguments: Vector.all)
  func headerIsReadByTheTable(_ vector: Vector) {
    var offset = 0
    for (field, expected) in zip(FrameTable.header, vector.fields) {
      #expect(field.name == expected.name && offset == expected.offset)
      #expect(field.kind.length == expected.size)
      offset += field.kind.length
    }
    #expect(offset == WireLimits.headerLength)
  }

  @Test(arguments: Vector.all)
  func everyShorterBodyIsReadOrRefused(_ vector: Vector) throws {
    let type = try #require(FrameType(rawValue: vector.bytes[5]))
    let layout = FrameTable.layout(of: type)
    for length in 0..<vector.bytes.count - 32 {
      let body = ByteBuffer(bytes: vector.bytes.dropFirst(32).prefix(length))
      do {
        let entries = try FrameReading(body, as: layout).entries
        #expect(entries.reduce(0) { $0 + $1.length } == length)
      } catch {
        #expect(error.code == .protocolViolation)
      }
    }
  }
}
