internal import ApusModel
internal import ApusWire
internal import ArgumentParser
internal import Foundation
internal import NIOCore

/// `apus dump`: a captured stream, frame by frame.
struct Dump: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the frames of a captured stream, or the protocol as a Wireshark dissector.",
    discussion: """
      Examples:
        tcpdump -i lo -w capture.pcap port 7411; apus dump capture.pcap
        apus dump client-to-server.bin
        apus dump --wireshark > apus.lua; tshark -X lua_script:apus.lua -r capture.pcap

      A file is a pcap capture or the bytes of one direction. Rows and scores are only counted,
      unless --values is given.
      """)

  @Argument(help: "The captured file.")
  var file: String?

  @Flag(help: "Write rows and scores out.")
  var values = false

  @Flag(help: "Print a dissector in Lua instead.")
  var wireshark = false

  func validate() throws {
    guard (file != nil) != wireshark else {
      throw ValidationError("give a FILE or --wireshark, one of the two")
    }
  }

  func run() throws {
    guard let file else { return Terminal.print(Dissector.lua()) }
    let bytes: ByteBuffer
    do {
      bytes = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: file)))
    } catch {
      throw Failure.unreadable(file, "it cannot be read: \(error.reason)")
    }
    guard PacketCapture.recognizes(bytes) else { return try check([dump(bytes)], of: file) }
    var dumps: [StreamDump] = []
    do throws(PacketCapture.Failure) {
      for stream in try PacketCapture(bytes).streams where stream.bytes.readableBytes > 0 {
        Terminal.print("\(stream.flow)")
        dumps.append(dump(stream.bytes))
        if let gap = stream.gap {
          Terminal.print("error: the capture lacks the bytes from \(gap) on")
        }
      }
    } catch {
      throw Failure.unreadable(file, "\(error)")
    }
    try check(dumps, of: file)
  }

  private func dump(_ bytes: ByteBuffer) -> StreamDump {
    var dump = StreamDump(showsValues: values)
    if dump.write(bytes, print: { Terminal.print($0) }) { dump.finish { Terminal.print($0) } }
    return dump
  }

  /// Refuses a file in which there was no frame.
  private func check(_ dumps: [StreamDump], of file: String) throws {
    guard dumps.allSatisfy({ $0.frameCount == 0 }) else { return }
    let reason = dumps.lazy.compactMap(\.firstError).first.map { ": \($0)" } ?? ""
    throw Failure.unreadable(file, "nothing in it is a frame of the protocol\(reason)")
  }
}
