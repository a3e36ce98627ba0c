import ApusWire
import Foundation
import NIOCore
import Testing

/// The dissector that is made from the table, run by tshark.
@Suite(.enabled(if: Tshark.isPresent, "tshark is not installed: .ci/setup tshark"))
struct DissectorTests {
  /// Runs tshark over a capture of `bytes` and returns what it prints.
  private func dissect(_ bytes: [UInt8], from source: UInt16, to target: UInt16) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "apus-\(UInt32.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appending(path: "apus.lua")
    try Dissector.lua().write(to: script, atomically: true, encoding: .utf8)
    var capture = CaptureFile(linkType: 1)
    capture.write(from: source, to: target, sequence: 0, flags: 0x02)
    for (start, piece) in CaptureFile.pieces(bytes) {
      capture.write(from: source, to: target, sequence: 1 + UInt32(start), payload: piece)
    }
    let file = folder.appending(path: "capture.pcap")
    try Data(Array(buffer: capture.buffer)).write(to: file)

    let process = Process()
    process.executableURL = URL(filePath: Tshark.path)
    process.arguments = [
      "-X", "lua_script:\(script.path())", "-r", file.path(), "-T", "pdml", "-Y", "apus",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }

  @Test(arguments: [FrameHeader.Sender.client, .server])
  func tsharkFindsEveryFieldOfEveryExample(_ sender: FrameHeader.Sender) throws {
    let vectors = Vector.all.filter { $0.sender == sender }
    let (source, target): (UInt16, UInt16) = sender == .client ? (50_000, 7411) : (7411, 50_000)
    let text = try dissect(vectors.flatMap(\.bytes), from: source, to: target)
    #expect(!text.contains("Malformed") && !text.contains("Lua Error"), "\(text.suffix(2000))")

    // Each field of each frame, in order, with its place and size in the frame.
    let found = text.split(separator: "\n").compactMap { FoundField($0) }
    let expected = vectors.flatMap { vector in expectedFields(vector) }
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(found.name == expected.name && found.size == expected.size)
      guard let value = expected.value else { continue }
      #expect(found.show == value, "\(found.name)")
    }
  }

  /// What the table finds in the body of an example, by the names of the dissector.
  private func expectedFields(_ vector: Vector) -> [(name: String, size: Int, value: String?)] {
    guard let type = FrameType(rawValue: vector.bytes[5]),
      let reading = try? FrameReading(
        ByteBuffer(bytes: vector.bytes.dropFirst(32)), as: FrameTable.layout(of: type))
    else { return [] }
    return reading.entries.filter { $0.role != .frame && $0.length > 0 }.map { entry in
      let isOfExtension = FrameType.extensionFields.contains(entry.name)
      let prefix = isOfExtension ? "extension" : FrameTable.layout(of: type).name
      let name = "apus.\(prefix).\(entry.name)".lowercased()
        .replacing(" ", with: "_").replacing(":", with: "_")
      let isNumber = entry.length <= 8 && UInt64(entry.value) != nil
      let isPlain = entry.role == .content && (entry.isText || isNumber)
      return (name, entry.length, isPlain ? entry.value : nil)
    }
  }

  /// A field as tshark's PDML shows it.
  private struct FoundField {
    let name: String
    let size: Int
    let show: String

    init?(_ line: Substring) {
      guard let name = line.attribute("name"), name.hasPrefix("apus."),
        !name.hasPrefix("apus.header."), !name.hasPrefix("apus.body."),
        name != "apus.extension.tag", name != "apus.extension.payload_length",
        let size = line.attribute("size").flatMap({ Int($0) }), let show = line.attribute("show")
      else { return nil }
      self.name = name
      self.size = size
      self.show = show
    }
  }
}

extension FrameType {
  /// The names of the fields of extensions.
  fileprivate static let extensionFields = Set(
    (1...3).flatMap { FrameTable.payload(ofExtension: $0).map(\.name) })
}

extension Substring {
  /// The value of an attribute of the element on this line.
  fileprivate func attribute(_ name: String) -> String? {
    guard let start = range(of: " \(name)=\"")?.upperBound,
      let end = self[start...].firstIndex(of: "\"")
    else { return nil }
    return String(self[start..<end]).replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
  }
}

private enum Tshark {
  static let path = "/usr/bin/tshark"
  static let isPresent = FileManager.default.isExecutableFile(atPath: path)
}
