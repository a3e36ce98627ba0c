import ApusWire
import CFuzzer
import NIOCore

/// Tries inputs on the decoders and on the machine of a connection.
///
/// The first byte of an input chooses what is tried; the rest is a stream of frames whose checksums
/// are mended, because no chance finds those.
@main
enum Fuzz {
  static func main() {
    let code = unsafe cfuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { start, count in
      guard let start = unsafe start, count > 0 else { return 0 }
      let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
      unsafe Fuzz.run(kind: bytes[0], ByteBuffer(bytes: bytes.dropFirst()))
      return 0
    }
    precondition(code == 0, "the fuzzer ended with \(code) instead of 0")
  }

  private static func run(kind: UInt8, _ bytes: ByteBuffer) {
    var stream = bytes
    stream.mendFrames()
    switch kind % 4 {
    case 0: DecoderTrial(from: .client).run(stream)
    case 1: DecoderTrial(from: .server).run(stream)
    case 2:
      var trial = ConnectionTrial(script: bytes)
      trial.run(stream)
    // Damage that the checksums are there for.
    default: DecoderTrial(from: .client).run(bytes)
    }
  }
}
