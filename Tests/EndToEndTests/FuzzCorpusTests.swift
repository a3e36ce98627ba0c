import Foundation
import Testing

/// The inputs that `make fuzz` kept, on the same trials without libFuzzer.
@Suite(.timeLimit(.minutes(1))) struct FuzzCorpusTests {
  @Test func `no input that was once of interest breaks a trial`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fuzz/Corpus")
    let inputs = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    try #require(inputs.count > 50)
    let fuzzer = Process()
    fuzzer.executableURL = Apus.executable.deletingLastPathComponent().appending(path: "apus-fuzz")
    fuzzer.arguments = inputs.map { folder.appending(path: $0).path }
    let output = Pipe()
    fuzzer.standardOutput = output
    try fuzzer.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    fuzzer.waitUntilExit()
    #expect(fuzzer.terminationReason == .exit && fuzzer.terminationStatus == 0)
    #expect(text == "\(inputs.count) inputs tried\n")
  }
}
